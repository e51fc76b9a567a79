using System.Diagnostics;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Image, path or file bytes -> pixel_values [3, S, S], or as many as the picture needs. Immutable.</summary>
internal sealed class PreprocessImagesStage : StageDefinition
{
    public const string StageName = nameof(ZooPruneCatalog.PreprocessImages);

    public PreprocessImagesStage(PreprocessImagesOptions options)
        : base(StageName, options)
    {
        Model = options.Model;
        ImageFolder = RequireFolder(options.ImageFolder, nameof(options.ImageFolder));
        Image = Reads(InputColumn.Image(options.ImageColumnName), nameof(options.ImageColumnName));
        int size = Model.ImageSize;
        var type = Model.ImageMeasure == ImageMeasure.None
            ? new VectorDataViewType(NumberDataViewType.Single, 3, size, size)
            : new VectorDataViewType(NumberDataViewType.Single);
        PixelValues = Adds(new VectorColumn<float>(options.PixelValuesColumnName, type), nameof(options.PixelValuesColumnName));
        if (ImageShapeColumn.Output(Model, options.ImageShapeColumnName) is { } shape)
        {
            ImageShape = Adds(shape, nameof(options.ImageShapeColumnName));
        }

        Milliseconds = AddsMilliseconds(options.MillisecondsColumnName);
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
    public override BatchMapper Open(InputRow row, int capacity) => new PreprocessImagesMapper(this, row);
}

/// <summary>Preprocesses the image of one row.</summary>
internal sealed class PreprocessImagesMapper : RowMapper
{
    private readonly PreprocessImagesStage _stage;
    private readonly ImageReader _images;
    private readonly VectorOutput<float> _pixelValues;
    private readonly VectorOutput<long>? _imageShape;
    private readonly ScalarOutput<float> _milliseconds;

    public PreprocessImagesMapper(PreprocessImagesStage stage, InputRow row)
        : base(stage, row)
    {
        _stage = stage;
        _images = ImageReader.New(stage.Name, row, stage.Image, stage.Model, stage.ImageFolder);
        _pixelValues = Output(stage.PixelValues);
        _imageShape = Output(stage.ImageShape);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        long start = Stopwatch.GetTimestamp();
        PreparedImage image = _images.Read(Row).Prepare();
        _pixelValues.Keep(0, image.PixelValues);
        _imageShape?.Keep(0, _stage.Model.MeasuresOf(image));
        _milliseconds.Set(0, (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
