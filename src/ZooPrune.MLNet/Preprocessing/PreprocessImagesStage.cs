using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Image or path -> pixel_values [3, S, S]. Immutable.</summary>
internal sealed class PreprocessImagesStage : RowStage
{
    public const string StageName = nameof(ZooPruneCatalog.PreprocessImages);

    public PreprocessImagesStage(PreprocessImagesOptions options)
        : base(StageName, options.Errors, options.ErrorColumnName)
    {
        if (options.ImageFolder is { } folder && !Directory.Exists(folder))
        {
            throw Throw.ImageFolderMissing(StageName, folder, nameof(options.ImageFolder));
        }

        Model = options.Model;
        ImageFolder = options.ImageFolder ?? string.Empty;
        Image = Reads(
            InputColumn.ImageOrPath(options.ImageColumnName, "check that the file is there and is a whole PNG or JPEG image."),
            nameof(options.ImageColumnName));
        int size = Model.ImageSize;
        PixelValues = Adds(
            new VectorColumn<float>(options.PixelValuesColumnName, new VectorDataViewType(NumberDataViewType.Single, 3, size, size)),
            nameof(options.PixelValuesColumnName));
        Milliseconds = Adds(
            new ScalarColumn<float>(options.MillisecondsColumnName, NumberDataViewType.Single),
            nameof(options.MillisecondsColumnName));
    }

    public VisionLanguageModel Model { get; }

    /// <summary>Where relative paths start; empty is the current directory.</summary>
    public string ImageFolder { get; }

    public InputColumn Image { get; }

    public VectorColumn<float> PixelValues { get; }

    public ScalarColumn<float> Milliseconds { get; }

    /// <inheritdoc/>
    public override RowWork Open(BoundRow row) =>
        row.TypeOf(Image) is TextDataViewType ? new PreprocessFilesWork(this, row) : new PreprocessImagesWork(this, row);
}
