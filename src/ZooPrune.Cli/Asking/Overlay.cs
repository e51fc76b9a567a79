using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>Draws the kept tokens of an answer over its picture.</summary>
internal static class Overlay
{
    /// <summary>The PNG file. Where the model cut the picture into tiles there are two views: the base tile, then the others.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="imagePath">Its picture.</param>
    /// <param name="keptIndices">Indices of the kept tokens: tile * N + token where there are tiles.</param>
    public static byte[] Draw(VisionLanguageModel model, string imagePath, IReadOnlyList<int> keptIndices)
    {
        using var decoder = new ImageDecoder(model.Options.MaxImagePixels, model.Options.ApplyExifOrientation);
        RgbImage picture = decoder.Read(imagePath);
        IReadOnlyList<TokenPanel> panels = Panels(model, picture);
        RgbImage drawn = OverlayPicture.Draw(picture, panels.Count == 1 ? [panels] : [[panels[0]], [.. panels.Skip(1)]], keptIndices);
        return PngFile.Write(drawn.Pixels, drawn.Width, drawn.Height);
    }

    private static IReadOnlyList<TokenPanel> Panels(VisionLanguageModel model, RgbImage picture)
    {
        IImagePreprocessor preprocessor = PreprocessorLoader.Load(PreprocessorLoader.FileIn(model.Files.Root));
        IReadOnlyList<PictureArea> areas = preprocessor.TileAreas(picture.Width, picture.Height);
        int tokens = model.LayoutOf(picture.Width, picture.Height).TokenCount / areas.Count;
        (int rows, int columns) = Grid(preprocessor.Measure(picture.Width, picture.Height).GridThw, tokens);

        // Where the encoder gives one token more, of the whole picture, that is the first.
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
