using System.Runtime.InteropServices;
using SkiaSharp;

namespace Microsoft.ML.Data;

/// <summary>An image in memory, four bytes a pixel, row by row.</summary>
public sealed class MLImage : IDisposable
{
    private SKBitmap _bitmap;
    private string _tag;

    internal MLImage(SKBitmap bitmap)
    {
        if (bitmap.ColorType is SKColorType.Bgra8888 or SKColorType.Rgba8888)
        {
            _bitmap = bitmap;
            return;
        }

        _bitmap = bitmap.Copy(SKColorType.Bgra8888);
        bitmap.Dispose();
    }

    /// <summary>The order of the bytes of a pixel.</summary>
    public MLPixelFormat PixelFormat => Bitmap.ColorType == SKColorType.Bgra8888 ? MLPixelFormat.Bgra32 : MLPixelFormat.Rgba32;

    /// <summary>The pixels without alpha, three bytes each, as colours that are not premultiplied with alpha.</summary>
    public byte[] GetBGRPixels => [.. Bitmap.Pixels.SelectMany(p => new[] { p.Blue, p.Green, p.Red })];

    /// <summary>The pixels as they are stored.</summary>
    public ReadOnlySpan<byte> Pixels => Bitmap.GetPixelSpan();

    /// <summary>Whatever the user likes; the path of a file that a stage has read.</summary>
    public string Tag
    {
        get
        {
            _ = Bitmap;
            return _tag;
        }

        set
        {
            _ = Bitmap;
            _tag = value;
        }
    }

    /// <summary>The width.</summary>
    public int Width => Bitmap.Width;

    /// <summary>The height.</summary>
    public int Height => Bitmap.Height;

    /// <summary>32.</summary>
    public int BitsPerPixel => Bitmap.BytesPerPixel * 8;

    internal SKBitmap Bitmap
    {
        get
        {
            Throw.IfInvalid(_bitmap is null, "The image is disposed.");
            return _bitmap;
        }
    }

    /// <summary>Decodes an image.</summary>
    public static MLImage CreateFromStream(Stream imageStream)
    {
        Throw.IfNull(imageStream, nameof(imageStream));
        return Decoded(SKBitmap.Decode(imageStream), nameof(imageStream));
    }

    /// <summary>Decodes a file.</summary>
    public static MLImage CreateFromFile(string imagePath)
    {
        Throw.IfNull(imagePath, nameof(imagePath));
        return Decoded(SKBitmap.Decode(imagePath), nameof(imagePath));
    }

    /// <summary>An image of pixels, which are copied.</summary>
    public static MLImage CreateFromPixels(int width, int height, MLPixelFormat pixelFormat, ReadOnlySpan<byte> imagePixelData)
    {
        Throw.IfBadArgument(pixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32), nameof(pixelFormat), "No such format.");
        Throw.IfBadArgument(width <= 0, nameof(width), "An image has a width.");
        Throw.IfBadArgument(height <= 0, nameof(height), "An image has a height.");
        Throw.IfBadArgument(imagePixelData.Length != width * height * 4, null, "The number of bytes is not that of the pixels.");
        var colors = pixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888;
        var bitmap = new SKBitmap(new SKImageInfo(width, height, colors));
        Marshal.Copy(imagePixelData.ToArray(), 0, bitmap.GetPixels(), imagePixelData.Length);
        return new MLImage(bitmap);
    }

    /// <summary>Encodes the image as its file name says: JPEG, PNG or WebP.</summary>
    public void Save(string imagePath)
    {
        string extension = Path.GetExtension(imagePath);
        Throw.IfNull(extension, "key");
        SKEncodedImageFormat? format = extension.ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => SKEncodedImageFormat.Jpeg,
            ".PNG" => SKEncodedImageFormat.Png,
            ".WEBP" => SKEncodedImageFormat.Webp,
            _ => null,
        };
        var bitmap = Bitmap;
        Throw.IfBadArgument(format is null, nameof(imagePath), $"Images are saved as .jpg, .png or .webp, not as '{extension}'.");
        using var data = bitmap.Encode(format.Value, quality: 100);
        using var file = new FileStream(imagePath, FileMode.Create, FileAccess.Write);
        data.SaveTo(file);
    }

    /// <summary>Releases the pixels.</summary>
    public void Dispose()
    {
        _bitmap?.Dispose();
        _bitmap = null;
    }

    private static MLImage Decoded(SKBitmap bitmap, string parameter)
    {
        Throw.IfBadArgument(bitmap is null, parameter, "This is no image that can be decoded.");
        return new MLImage(bitmap);
    }
}
