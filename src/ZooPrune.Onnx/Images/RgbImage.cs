namespace ZooPrune.Onnx;

/// <summary>A decoded image.</summary>
/// <param name="buffer">Begins with the pixels, row-major [height, width, 3]: red, green, blue, 0..255. What follows them means
/// nothing.</param>
/// <param name="width">Pixels in a row, &gt; 0.</param>
/// <param name="height">Rows, &gt; 0.</param>
internal sealed class RgbImage(byte[] buffer, int width, int height)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Row-major [Height, Width, 3].</summary>
    public Span<byte> Pixels => buffer.AsSpan(0, checked(3 * Width * Height));

    public RgbView View => new(Pixels, Width, Height);
}

/// <summary>An image in memory of somebody else.</summary>
/// <param name="pixels">Row-major [height, width, 3]: red, green, blue, 0..255.</param>
/// <param name="width">Pixels in a row, &gt; 0.</param>
/// <param name="height">Rows, &gt; 0.</param>
internal readonly ref struct RgbView(ReadOnlySpan<byte> pixels, int width, int height)
{
    private readonly ReadOnlySpan<byte> _pixels = pixels;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public ReadOnlySpan<byte> Row(int index) => _pixels.Slice(index * 3 * Width, 3 * Width);
}

/// <summary>A part of a resized image. Only what it holds is computed, so a size that is cropped away costs nothing.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows, &gt; 0.</param>
/// <param name="Width">Columns, &gt; 0.</param>
internal readonly record struct PixelWindow(long Top, long Left, int Height, int Width);

/// <summary>A rectangle in the pixels of an image as it was before preprocessing; it may reach over the image's edges.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Width">Columns, &gt; 0.</param>
/// <param name="Height">Rows, &gt; 0.</param>
internal readonly record struct ImageArea(double Left, double Top, double Width, double Height);

/// <summary>What sizes are resized at all; checked before memory is taken.</summary>
internal static class ImageLimits
{
    public const int LongestSide = 1_000_000;
    public const long MostPixels = 1 << 26;

    /// <exception cref="ZooPruneException">A side is longer than is supported.</exception>
    public static void Check(int width, int height)
    {
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide)
        {
            throw Throw.ImageSides(width, height, LongestSide);
        }
    }

    /// <summary>Where neither resizing nor cropping bounds the result, a long strip could become a very large image.</summary>
    /// <exception cref="ZooPruneException">The result would be too large.</exception>
    public static void CheckResult(RgbView image, PixelWindow result)
    {
        if ((long)result.Height * result.Width > MostPixels)
        {
            throw Throw.ImageResult(image.Width, image.Height, result.Width, result.Height, MostPixels);
        }
    }
}
