using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Images to work on, and texts of images.</summary>
internal static class Pictures
{
    public static MLImage Ramp(int width, int height, MLPixelFormat format = MLPixelFormat.Rgba32)
    {
        byte[] pixels = new byte[width * height * 4];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i % 4 == 3 ? 255 : i * 37 % 256);
        }

        return MLImage.CreateFromPixels(width, height, format, pixels);
    }

    public static string Hash(MLImage image)
    {
        uint hash = 17;
        foreach (byte value in image.Pixels)
        {
            hash = (hash * 31) + value;
        }

        return $"{image.Width}x{image.Height} {image.PixelFormat} {hash}";
    }

    public static string State(MLImage? image)
    {
        try
        {
            return image is null ? "none" : $"{image.Width}";
        }
        catch (InvalidOperationException)
        {
            return "disposed";
        }
    }
}
