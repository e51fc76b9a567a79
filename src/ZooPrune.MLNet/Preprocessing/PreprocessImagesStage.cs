using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Image, path or file bytes -> pixel_values [3, S, S], or as many as the picture needs. Immutable.</summary>
internal sealed class PreprocessImagesStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.PreprocessImages);

    public PreprocessImagesStage(PreprocessImagesOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        Options = options;
        Model = options.Model;
        ImageFolder = RequireFolder(options.ImageFolder, nameof(options.ImageFolder));
        Image = Reads(
            InputColumn.AnyImage(options.ImageColumnName, "check that the file is there and is a whole PNG or JPEG image."),
            nameof(options.ImageColumnName));
        int size = Model.ImageSize;
        var type = Model.ImageMeasure == ImageMeasure.None
            ? new VectorDataViewType(NumberDataViewType.Single, 3, size, size)
            : new VectorDataViewType(NumberDataViewType.Single);
        PixelValues = Adds(new VectorColumn<float>(options.PixelValuesColumnName, type), nameof(options.PixelValuesColumnName));
        if (ImageShapeColumn.Output(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Adds(shape, nameof(options.ImageShapeColumnName));
        }

        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    /// <summary>Where relative paths start; empty is the current directory.</summary>
    public string ImageFolder { get; }

    public InputColumn Image { get; }

    public VectorColumn<float> PixelValues { get; }

    /// <summary>Null if all images of the model are alike.</summary>
    public VectorColumn<long>? ImageShape { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <inheritdoc/>
    public override StageWork Open(BoundRow row, int capacity) => new PreprocessImagesWork(this, row);
}
