using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>A picture of what the language model saw: what a kept token shows as it is, all else darkened.</summary>
internal static class OverlayPicture
{
    /// <summary>Share of a darkened pixel's colour that is left; the rest is <see cref="Veil"/>.</summary>
    private const float Remaining = 0.2f;

    private const float Veil = 24f;

    /// <summary>The picture once for each of <paramref name="layers"/>, side by side, or one below the other where it is wider than high.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="layers">Panels of tokens, of which those of one layer do not overlap.</param>
    /// <param name="keptIndices">The tokens that were kept.</param>
    public static RgbImage Draw(RgbImage picture, IReadOnlyList<IReadOnlyList<TokenPanel>> layers, IEnumerable<int> keptIndices)
    {
        HashSet<int> kept = [.. keptIndices];
        bool isWide = picture.Width > picture.Height;
        (int across, int down) = isWide ? (1, layers.Count) : (layers.Count, 1);
        var drawn = new RgbImage(new byte[checked(3 * across * picture.Width * down * picture.Height)], across * picture.Width, down * picture.Height);
        for (int i = 0; i < layers.Count; i++)
        {
            DrawLayer(picture, layers[i], kept, drawn, isWide ? 0 : i * picture.Width, isWide ? i * picture.Height : 0);
        }

        return drawn;
    }

    private static void DrawLayer(RgbImage picture, IReadOnlyList<TokenPanel> panels, HashSet<int> kept, RgbImage drawn, int left, int top)
    {
        for (int y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> source = picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width);
            Span<byte> target = drawn.Pixels.AsSpan(3 * (((top + y) * drawn.Width) + left), 3 * picture.Width);
            for (int x = 0; x < picture.Width; x++)
            {
                bool isKept = panels.Any(panel => kept.Contains(panel.TokenAt(x, y)));
                for (int channel = 3 * x; channel < 3 * (x + 1); channel++)
                {
                    target[channel] = isKept ? source[channel] : (byte)((source[channel] * Remaining) + Veil);
                }
            }
        }
    }
}
