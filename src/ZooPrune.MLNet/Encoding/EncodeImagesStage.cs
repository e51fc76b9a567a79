using System.Globalization;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>pixel_values [3, S, S], or as many as the picture needs -> visual tokens [N, D]. Immutable.</summary>
internal sealed class EncodeImagesStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.EncodeImages);

    public EncodeImagesStage(EncodeImagesOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        BatchSize = options.BatchSize == 0 && Model.Encoder.TakesPatches
            ? 1
            : ChooseBatchSize(options.BatchSize, EncoderRuns.MostTiles, BytesPerImage(Model));
        bool areAlike = Model.ImageMeasure == ImageMeasure.None;

        // [1, 3, S, S], [tiles, 3, S, S] or [patches, L]: all images have this many values, or a multiple of it.
        int values = Model.UsualShape.Shape.Skip(1).Aggregate((product, size) => product * size);
        PixelValues = Reads(
            InputColumn.Vector(
                options.PixelValuesColumnName,
                NumberDataViewType.Single,
                string.Create(CultureInfo.InvariantCulture, $"{(areAlike ? "" : Model.Encoder.TakesPatches ? "patches x " : "tiles x ")}{values:N0}"),
                declared => areAlike ? declared == values : declared % values == 0,
                "put PreprocessImages with the same model before this stage."),
            nameof(options.PixelValuesColumnName));
        if (ImageShapeColumn.Input(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Reads(shape, nameof(options.ImageShapeColumnName));
        }

        var type = areAlike
            ? new VectorDataViewType(NumberDataViewType.Single, Model.VisualTokenCount, Model.EncoderWidth)
            : new VectorDataViewType(NumberDataViewType.Single);
        VisualTokens = Adds(new VectorColumn<float>(options.VisualTokensColumnName, type), nameof(options.VisualTokensColumnName));
        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    public InputColumn PixelValues { get; }

    /// <summary>Null if all images of the model are alike.</summary>
    public InputColumn? ImageShape { get; }

    public VectorColumn<float> VisualTokens { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <summary>Pixel values and visual tokens of a usual image, each of them twice: on its own and in the batch.</summary>
    public static long BytesPerImage(VisionLanguageModel model)
    {
        ImageShape image = model.UsualShape;
        long pixelValues = image.Shape.Aggregate(1L, (product, size) => product * size);
        return 2 * sizeof(float) * (pixelValues + ((long)model.LayOut(image).TokenCount * model.EncoderWidth));
    }

    /// <inheritdoc/>
    public override StageWork Open(BoundRow row, int capacity) => new EncodeImagesWork(this, row, capacity);
}
