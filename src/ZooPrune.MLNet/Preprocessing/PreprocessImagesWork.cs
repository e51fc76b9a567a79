using System.Diagnostics;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>Preprocesses the images of an image column. It reads them and leaves disposing to the stage that made them.</summary>
internal sealed class PreprocessImagesWork : RowWork
{
    private readonly PreprocessImagesStage _stage;
    private readonly ScalarInput<MLImage> _image;
    private readonly VectorOutput<float> _pixelValues;
    private readonly ScalarOutput<float> _milliseconds;
    private byte[] _rgb = [];

    public PreprocessImagesWork(PreprocessImagesStage stage, BoundRow row)
        : base(stage, row)
    {
        _stage = stage;
        _image = Input(row.Scalar<MLImage>(stage.Image));
        _pixelValues = Output(stage.PixelValues);
        _milliseconds = Output(stage.Milliseconds);
    }

    /// <inheritdoc/>
    protected override void Compute()
    {
        MLImage image = _image.Value ?? throw Throw.NoImage(_stage.Name, _stage.Image, Row);
        long start = Stopwatch.GetTimestamp();
        CheckFile(image);
        ReadOnlySpan<byte> rgb = ToRgb(image);
        _pixelValues.Set(_stage.Model.Prepare(rgb, image.Width, image.Height).PixelValues.Span);
        _milliseconds.Value = (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>ML.NET puts the path of a file that it has read into the image's tag, and makes a half grey image of a file that was
    /// cut off. Such an image would be answered about as if it were whole.</summary>
    private void CheckFile(MLImage image)
    {
        if (File.Exists(image.Tag))
        {
            _stage.Model.CheckImageFile(image.Tag);
        }
    }

    /// <summary>[height, width, 4] in the image's own order -> [height, width, 3], red first; alpha is left out.</summary>
    private ReadOnlySpan<byte> ToRgb(MLImage image)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        int count = image.Width * image.Height;
        if (image.PixelFormat is not (MLPixelFormat.Rgba32 or MLPixelFormat.Bgra32) || pixels.Length != 4L * count)
        {
            throw Throw.ImageNotFourBytes(_stage.Name, _stage.Image, Row, image.Width, image.Height, pixels.Length, image.PixelFormat.ToString());
        }

        if (_rgb.Length < 3 * count)
        {
            _rgb = new byte[3 * count];
        }

        int red = image.PixelFormat == MLPixelFormat.Rgba32 ? 0 : 2;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.Slice(4 * i, 4);
            _rgb[3 * i] = pixel[red];
            _rgb[(3 * i) + 1] = pixel[1];
            _rgb[(3 * i) + 2] = pixel[2 - red];
        }

        return _rgb.AsSpan(0, 3 * count);
    }
}
