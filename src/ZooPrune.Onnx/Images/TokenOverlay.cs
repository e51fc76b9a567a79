using SkiaSharp;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx;

/// <summary>Draws what the language model saw of an image: what a kept token shows as it is, all else darkened. Stateless.</summary>
public static class TokenOverlay
{
    private const int Channels = 4;

    /// <summary>Share of a darkened pixel's colour that is left; the rest is <see cref="Veil"/>.</summary>
    private const float Remaining = 0.2f;

    private const float Veil = 24f;

    /// <summary>Draws the kept tokens of an answer over its image, whose size stays.</summary>
    /// <remarks>Where the model cuts images into tiles (LLaVA-NeXT) there are two views, side by side, or one below the other where the
    /// image is wider than high: the base tile, then the others. What the model never sees, such as the edges that its preprocessing cuts
    /// off, is dark.</remarks>
    /// <param name="model">The model that answered.</param>
    /// <param name="imagePath">The image, as <see cref="VisionLanguageModel.Prepare(string)"/> took it.</param>
    /// <param name="keptIndices">Indices of the kept tokens, as <see cref="VisionAnswer.KeptIndices"/> gives them: tile x N + token.
    /// Others than the image's are passed over.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> or <paramref name="keptIndices"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="imagePath"/> is null, empty or white space.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="ZooPruneException">The image cannot be read, or the model cannot take it.</exception>
    public static byte[] Draw(VisionLanguageModel model, string imagePath, IReadOnlyList<int> keptIndices)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePath);
        ArgumentNullException.ThrowIfNull(keptIndices);
        model.ThrowIfDisposed();
        return Draw(model, model.Images.Read(imagePath), keptIndices);
    }

    /// <summary>Draws the kept tokens of an answer over its image, whose file is in memory; otherwise like
    /// <see cref="Draw(VisionLanguageModel, string, IReadOnlyList{int})"/>.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="file">A whole image file, as <see cref="VisionLanguageModel.Prepare(ReadOnlySpan{byte}, string)"/> took it.</param>
    /// <param name="name">What messages call the image.</param>
    /// <param name="keptIndices">Indices of the kept tokens.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> or <paramref name="keptIndices"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="ZooPruneException">The image cannot be read, or the model cannot take it.</exception>
    public static byte[] Draw(VisionLanguageModel model, ReadOnlySpan<byte> file, string name, IReadOnlyList<int> keptIndices)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(keptIndices);
        model.ThrowIfDisposed();
        return Draw(model, model.Images.Decode(file, name), keptIndices);
    }

    private static byte[] Draw(VisionLanguageModel model, RgbImage image, IReadOnlyList<int> keptIndices)
    {
        IReadOnlyList<TokenPanel> panels = Panels(model, image);
        return Draw(image, panels.Count == 1 ? [panels] : [[panels[0]], [.. panels.Skip(1)]], keptIndices);
    }

    /// <summary>The image once for each of <paramref name="layers"/>, side by side, or one below the other where it is wider than
    /// high.</summary>
    /// <param name="image">The image.</param>
    /// <param name="layers">Panels of tokens, of which those of one layer do not overlap.</param>
    /// <param name="keptIndices">The tokens that were kept.</param>
    internal static unsafe byte[] Draw(RgbImage image, IReadOnlyList<IReadOnlyList<TokenPanel>> layers, IEnumerable<int> keptIndices)
    {
        HashSet<int> kept = [.. keptIndices];
        bool isWide = image.Width > image.Height;
        (int across, int down) = isWide ? (1, layers.Count) : (layers.Count, 1);
        var info = new SKImageInfo(across * image.Width, down * image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] drawn = new byte[checked(Channels * info.Width * info.Height)];
        for (int i = 0; i < layers.Count; i++)
        {
            (int left, int top) = isWide ? (0, i * image.Height) : (i * image.Width, 0);
            for (int y = 0; y < image.Height; y++)
            {
                DrawRow(image.View.Row(y), layers[i], y, kept, drawn.AsSpan(Channels * (((top + y) * info.Width) + left)));
            }
        }

        fixed (byte* pixels = drawn)
        {
            using var pixmap = new SKPixmap(info, (nint)pixels);
            using SKData file = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, zLibLevel: 4));
            return file.ToArray();
        }
    }

    private static void DrawRow(ReadOnlySpan<byte> source, IReadOnlyList<TokenPanel> panels, int y, HashSet<int> kept, Span<byte> target)
    {
        for (int from = 0, to = 0; from < source.Length; from += 3, to += Channels)
        {
            bool isKept = false;
            for (int i = 0; i < panels.Count && !isKept; i++)
            {
                isKept = kept.Contains(panels[i].TokenAt(from / 3, y));
            }

            for (int channel = 0; channel < 3; channel++)
            {
                byte level = source[from + channel];
                target[to + channel] = isKept ? level : (byte)((level * Remaining) + Veil);
            }

            target[to + 3] = byte.MaxValue;
        }
    }

    private static IReadOnlyList<TokenPanel> Panels(VisionLanguageModel model, RgbImage image)
    {
        IReadOnlyList<ImageArea> areas = model.Preprocessor.TileAreas(image.Width, image.Height);
        int tokens = model.LayoutOf(image.Width, image.Height).TokenCount / areas.Count;
        (int rows, int columns) = Grid(model.Preprocessor.Measure(image.Width, image.Height).GridThw, tokens);

        // Where the encoder gives one token more, of the whole image, that is the first.
        return [.. areas.Select((area, tile) => new TokenPanel(area, rows, columns, (tile * tokens) + tokens - (rows * columns)))];
    }

    /// <summary>Rows and columns of a tile's visual tokens: of the merged patches, or of the largest square.</summary>
    private static (int Rows, int Columns) Grid(IReadOnlyList<int>? patches, int tokens)
    {
        if (patches is [var frames, var rows, var columns])
        {
            int merge = (int)Math.Sqrt(frames * rows * columns / tokens);
            return (rows / merge, columns / merge);
        }

        int side = (int)Math.Sqrt(tokens);
        return (side, side);
    }
}

/// <summary>A grid of visual tokens over a part of an image.</summary>
/// <param name="Area">The part, in the image's pixels.</param>
/// <param name="Rows">Rows of tokens.</param>
/// <param name="Columns">Columns of tokens.</param>
/// <param name="First">Index of the first token; the others follow row by row.</param>
internal sealed record TokenPanel(ImageArea Area, int Rows, int Columns, int First)
{
    /// <summary>The token that shows the middle of a pixel; -1 where the panel does not reach.</summary>
    public int TokenAt(int x, int y)
    {
        double column = (x + 0.5 - Area.Left) * Columns / Area.Width;
        double row = (y + 0.5 - Area.Top) * Rows / Area.Height;
        return column < 0 || column >= Columns || row < 0 || row >= Rows ? -1 : First + ((int)row * Columns) + (int)column;
    }
}
