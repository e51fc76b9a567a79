using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Projection;

/// <summary>
/// A picture drawn in code that shows a vision encoder some of everything: plain colours, gradients, edges of several scales and
/// directions, discs, noise. Its visual tokens stand for those of real pictures where a sensitivity form has to be judged.
/// </summary>
internal static class CalibrationImage
{
    // Cells to a side. Each cell has one kind of content, in colours of its own.
    private const int Cells = 6;
    private const int Kinds = 6;

    // For encoders that take pictures of any size: enough patches to choose a rank by.
    private const int SideWithoutTiles = 336;

    /// <summary>X of the picture, by which a low-rank sensitivity is chosen.</summary>
    public static float[] Tokens(VisionEncoder encoder, IImagePreprocessor preprocessor)
    {
        int side = encoder.ImageSize > 0 ? encoder.ImageSize : SideWithoutTiles;
        return encoder.Encode([preprocessor.Prepare(Draw(side), side, side)])[0];
    }

    /// <summary>The picture of that size; the same bytes on every machine.</summary>
    /// <param name="size">Height and width in pixels.</param>
    /// <returns>RGB bytes, row-major [size, size, 3].</returns>
    public static byte[] Draw(int size)
    {
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                // Places are counted in 1/1024 of a cell, so that the picture is the same at every size.
                int cellX = x * Cells / size;
                int cellY = y * Cells / size;
                int insideX = (int)((long)x * Cells * 1024 / size) - (cellX * 1024);
                int insideY = (int)((long)y * Cells * 1024 / size) - (cellY * 1024);
                int cell = (cellY * Cells) + cellX;
                int share = Share(cell, insideX, insideY, (y * size) + x);
                for (int channel = 0; channel < 3; channel++)
                {
                    int one = Colour(cell, channel);
                    int other = Colour(cell + (Cells * Cells), channel);
                    rgb[(((y * size) + x) * 3) + channel] = (byte)(((one * (1024 - share)) + (other * share)) / 1024);
                }
            }
        }

        return rgb;
    }

    /// <summary>How much of a cell's second colour a place has, 0 to 1024.</summary>
    private static int Share(int cell, int x, int y, int pixel)
    {
        int round = cell / Kinds;
        int width = 512 >> (round % 5);
        return ((cell + round) % Kinds) switch
        {
            0 => 0,
            1 => (round % 2 == 0 ? x + y : 1023 - x + y) / 2,
            2 => (((x / width) + (y / width)) & 1) << 10,
            3 => (((x + (round * y / 2)) / width) & 1) << 10,
            4 => ((x - 512) * (x - 512)) + ((y - 512) * (y - 512)) < 1 << (14 + (round % 4)) ? 1024 : 0,
            _ => (int)(Bits(pixel) & 1023),
        };
    }

    private static int Colour(int cell, int channel) => (int)(Bits((3 * cell) + channel) & 255);

    private static ulong Bits(int index) => CounterHash.Bits(CounterHash.Stream(seed: 0, stream: 0), index);
}
