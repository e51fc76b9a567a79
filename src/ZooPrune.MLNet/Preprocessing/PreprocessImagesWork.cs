using System.Diagnostics;

namespace ZooPrune.MLNet;

/// <summary>Preprocesses the image of one row.</summary>
internal sealed class PreprocessImagesWork : RowWork
{
    private readonly ImageReader _images;
    private readonly VectorOutput<float> _pixelValues;
    private readonly ScalarOutput<float> _milliseconds;

    public PreprocessImagesWork(PreprocessImagesStage stage, BoundRow row)
        : base(stage, row)
    {
        _images = ImageReader.New(stage.Name, row, stage.Image, stage.Model, stage.ImageFolder);
        Input(_images.Cell);
        _pixelValues = Output(stage.PixelValues);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        long start = Stopwatch.GetTimestamp();
        _pixelValues.Keep(0, _images.Read(Row).Prepare().PixelValues);
        _milliseconds.Set(0, (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
