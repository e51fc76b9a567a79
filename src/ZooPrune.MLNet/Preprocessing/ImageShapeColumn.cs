using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>
/// The column that goes with pixel values and visual tokens where how many there are depends on the picture: what the later stages need
/// to know to lay the image out in the prompt. Models whose images are all alike have none.
/// </summary>
internal static class ImageShapeColumn
{
    /// <summary>The column as a stage adds it; null if the model needs none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">Its name; null for that which transformers uses.</param>
    public static VectorColumn<long>? Output(VisionLanguageModel model, string? name) =>
        Describe(model) is (string usual, int count, _)
            ? new VectorColumn<long>(name ?? usual, new VectorDataViewType(NumberDataViewType.Int64, count))
            : null;

    /// <summary>The column as a stage reads it; null if the model needs none.</summary>
    /// <inheritdoc cref="Output"/>
    public static InputColumn? Input(VisionLanguageModel model, string? name) =>
        Describe(model) is (string usual, int count, string content)
            ? InputColumn.Vector(
                name ?? usual,
                NumberDataViewType.Int64,
                $"{count} ({content})",
                declared => declared == count,
                "take it from PreprocessImages with the same model.")
            : null;

    private static (string Usual, int Count, string Content)? Describe(VisionLanguageModel model) => model.ImageMeasure switch
    {
        ImageMeasure.OriginalSize => (ColumnNames.ImageSizes, 2, "height and width of the picture in pixels"),
        ImageMeasure.PatchGrid => (ColumnNames.ImageGrid, 3, "frames, rows and columns of patches"),
        _ => null,
    };
}

/// <summary>What kind of image each row of one cursor is about, without its pixels. Not thread-safe.</summary>
internal sealed class ImageShapeReader
{
    private readonly string _stageName;
    private readonly VisionLanguageModel _model;
    private readonly VectorInput<long>? _cell;
    private long[]? _measures;

    /// <param name="stageName">Name of the stage, for messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="row">The input row.</param>
    /// <param name="column">The column that tells; null if all images of the model are alike.</param>
    public ImageShapeReader(string stageName, VisionLanguageModel model, InputRow row, InputColumn? column)
    {
        _stageName = stageName;
        _model = model;
        _cell = column is null ? null : row.Vector<long>(column);
        Shape = model.UsualShape;
        Layout = model.LayoutOf(Shape);
    }

    /// <summary>Shape of the row's image.</summary>
    public ImageShape Shape { get; private set; }

    /// <summary>How its visual tokens lie in the prompt.</summary>
    public ImageLayout Layout { get; private set; }

    /// <summary>Goes to the current row, which has been pulled. Rows of the same shape share its layout.</summary>
    /// <param name="row">Position of the row, for messages.</param>
    /// <exception cref="ZooPruneException">The column says what no image can be.</exception>
    public void Read(long row)
    {
        if (_cell is null || (_measures is not null && _cell.Values.SequenceEqual(_measures)))
        {
            return;
        }

        long[] measures = _cell.Values.ToArray();
        try
        {
            _measures = null;
            Shape = _model.ShapeOf(measures);
            Layout = _model.LayoutOf(Shape);
            _measures = measures;
        }
        catch (Exception exception) when (exception is ArgumentException or ZooPruneException)
        {
            throw Throw.ImageShapeWrong(_stageName, _cell.Column, row, measures, exception);
        }
    }
}
