using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Preprocesses the image of one row.</summary>
internal sealed class PreprocessImagesWork : RowWork
{
    private readonly PreprocessImagesStage _stage;
    private readonly ImageReader _images;
    private readonly VectorOutput<float> _pixelValues;
    private readonly VectorOutput<long>? _imageShape;
    private readonly ScalarOutput<float> _milliseconds;

    public PreprocessImagesWork(PreprocessImagesStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _images = ImageReader.New(stage.Name, row, stage.Image, stage.Model, stage.ImageFolder);
        Input(_images.Cell);
        _pixelValues = Output(stage.PixelValues);
        _imageShape = stage.ImageShape is null ? null : Output(stage.ImageShape);
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
