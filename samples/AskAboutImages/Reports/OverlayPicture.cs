using Microsoft.ML.Data;

namespace ZooPrune.Samples;

/// <summary>A picture of what the language model saw: patches whose token was kept as they are, all others dimmed.</summary>
internal static class OverlayPicture
{
    private const int BytesPerPixel = 4;

    /// <summary>Share of a dimmed pixel's colour that is left; the rest is <see cref="Veil"/>.</summary>
    private const float Remaining = 0.2f;

    private const float Veil = 24f;

    /// <summary>Side of the square grid of <paramref name="tokenCount"/> patches; null if they form no square.</summary>
    public static int? GridSide(int tokenCount)
    {
        int side = (int)Math.Round(Math.Sqrt(tokenCount));
        return side > 0 && side * side == tokenCount ? side : null;
    }

    /// <summary>Writes the overlay of an image file as PNG.</summary>
    /// <param name="imagePath">The image.</param>
    /// <param name="keptIndices">Kept tokens, row by row in the grid.</param>
    /// <param name="gridSide">Patches a side.</param>
    /// <param name="path">The PNG to write.</param>
    public static void Write(string imagePath, IReadOnlyList<int> keptIndices, int gridSide, string path)
    {
        using var image = MLImage.CreateFromFile(imagePath);
        byte[] pixels = image.Pixels.ToArray();
        Dim(pixels, image.Width, image.Height, keptIndices, gridSide);
        using var overlay = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, pixels);
        overlay.Save(path);
    }

    /// <summary>
    /// Dims in place every pixel outside the kept patches. The model sees the central square of an image, cut into
    /// <paramref name="gridSide"/> x <paramref name="gridSide"/> patches; what lies outside it is dimmed too.
    /// </summary>
    /// <param name="pixels">[height, width, 4], any order of the colours, alpha last.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="keptIndices">Kept tokens, row by row in the grid.</param>
    /// <param name="gridSide">Patches a side.</param>
    internal static void Dim(Span<byte> pixels, int width, int height, IReadOnlyList<int> keptIndices, int gridSide)
    {
        bool[] kept = new bool[gridSide * gridSide];
        foreach (int index in keptIndices)
        {
            kept[index] = true;
        }

        int side = Math.Min(width, height);
        for (int y = 0; y < height; y++)
        {
            int patchRow = PatchOf(y, height, side, gridSide);
            for (int x = 0; x < width; x++)
            {
                int patchColumn = PatchOf(x, width, side, gridSide);
                if (patchRow < 0 || patchColumn < 0 || !kept[(patchRow * gridSide) + patchColumn])
                {
                    Dim(pixels.Slice(((y * width) + x) * BytesPerPixel, BytesPerPixel - 1));
                }
            }
        }
    }

    /// <summary>Patch row or column of a pixel; -1 if it is outside the central square.</summary>
    private static int PatchOf(int position, int length, int side, int gridSide)
    {
        double inSquare = position + 0.5 - ((length - side) / 2.0);
        return inSquare < 0 || inSquare >= side ? -1 : (int)(inSquare * gridSide / side);
    }

    private static void Dim(Span<byte> color)
    {
        foreach (ref byte channel in color)
        {
            channel = (byte)((channel * Remaining) + Veil);
        }
    }
}
