using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Models;

/// <summary>
/// LLaVA-NeXT (LLaVA-1.6): a base tile of the whole picture, then the picture in a grid of tiles, whose visual tokens are read row by
/// row over the whole grid, without those of padding, each row followed by the embedding image_newline.
/// </summary>
/// <remarks>Every tile is pruned on its own; image_newline is always kept and does not count towards the budget
/// (ZOO-Prune, arXiv 2509.24837, released code).</remarks>
/// <param name="grids">Height and width in pixels of each grid that the model was made for.</param>
/// <param name="tileSize">S, height and width of a tile in pixels.</param>
internal sealed class LlavaNextFamily(IReadOnlyList<(int Height, int Width)> grids, int tileSize) : IModelFamily
{
    public string Prompt => $"USER: {PromptTemplate.Image}\n{PromptTemplate.Question} ASSISTANT:";

    public PositionMode Positions => PositionMode.Compact;

    public ImageMeasure Measure => ImageMeasure.OriginalSize;

    public IReadOnlyList<string> NewlineNames => ["image_newline", "model.image_newline", "language_model.image_newline"];

    /// <exception cref="ZooPruneException">config.json lacks the grids or the size of a tile.</exception>
    public static LlavaNextFamily Read(JsonSection configuration)
    {
        int side = configuration.Section("vision_config").RequiredInt32("image_size", 1, TileGrids.LargestSide);
        return new LlavaNextFamily(TileGrids.Read(configuration, side), side);
    }

    public ImageLayout LayOut(ImageShape image, int tokensPerTile)
    {
        (int height, int width) = TileGeometry.BestGrid(image.OriginalWidth, image.OriginalHeight, grids);
        (int down, int across) = (height / tileSize, width / tileSize);
        int tiles = 1 + (down * across);
        if (image.Shape is not [var count, 3, _, _] || count != tiles)
        {
            throw Throw.ImageNotForFamily("llava_next", image, $"{tiles} tiles, of shape [{tiles}, 3, {tileSize}, {tileSize}]");
        }

        int side = (int)Math.Sqrt(tokensPerTile);
        if (side * side != tokensPerTile)
        {
            throw Throw.TileNotSquare(tokensPerTile);
        }

        // The base tile, then the grid.
        List<int> sequence = [.. Enumerable.Range(0, tokensPerTile)];
        TokenWindow shown = TileGeometry.Unpad(down * side, across * side, image.OriginalWidth, image.OriginalHeight);
        for (int row = shown.Top; row < shown.Top + shown.Rows; row++)
        {
            for (int column = shown.Left; column < shown.Left + shown.Columns; column++)
            {
                int tile = 1 + (row / side * across) + (column / side);
                sequence.Add((tile * tokensPerTile) + (row % side * side) + (column % side));
            }

            sequence.Add(ImageLayout.Newline);
        }

        return new ImageLayout([.. sequence], tiles * tokensPerTile, tokensPerTile);
    }
}
