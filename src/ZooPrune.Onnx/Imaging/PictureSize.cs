namespace ZooPrune.Onnx;

/// <summary>What sizes are resized at all; checked before memory is taken.</summary>
internal static class PictureSize
{
    public const int LongestSide = 1_000_000;
    public const long MostPixels = 1 << 26;

    /// <exception cref="ZooPruneException">A side is longer than is supported.</exception>
    public static void Check(int width, int height)
    {
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide)
        {
            throw Throw.PictureSides(width, height, LongestSide);
        }
    }

    /// <summary>Where neither resizing nor cropping bounds the result, a long strip could become a very large picture.</summary>
    /// <exception cref="ZooPruneException">The result would be too large.</exception>
    public static void CheckResult(RgbView picture, PixelWindow result)
    {
        if ((long)result.Height * result.Width > MostPixels)
        {
            throw Throw.PictureResult(picture.Width, picture.Height, result.Width, result.Height, MostPixels);
        }
    }
}
