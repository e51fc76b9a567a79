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
    public static VectorColumn<long>? Output(VisionLanguageModel model, string? name) => Describe(model) is (string usual, int count, _)
        ? new VectorColumn<long>(name ?? usual, new VectorDataViewType(NumberDataViewType.Int64, count))
        : null;

    /// <summary>The column as a stage reads it; null if the model needs none.</summary>
    /// <inheritdoc cref="Output"/>
    public static InputColumn? Input(VisionLanguageModel model, string? name) => Describe(model) is (string usual, int count, string content)
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
