namespace ZooPrune.Onnx;

/// <summary>
/// LLaVA-NeXT's "anyres": the whole picture squashed into the base tile, and the picture once more, as large as the best of the
/// model's grids allows, cut into tiles row by row. The result is [tiles, 3, S, S], the base tile first.
/// </summary>
/// <param name="settings">Resampling and scale; <see cref="PreprocessorSettings.CropTo"/> is the size of a tile.</param>
/// <param name="grids">Height and width of each grid, multiples of the tile's.</param>
internal sealed class TiledImagePreprocessor(PreprocessorSettings settings, IReadOnlyList<(int Height, int Width)> grids)
    : IImagePreprocessor
{
    private readonly int _side = settings.CropTo!.Value.Height;

    public (int Height, int Width)? TileSize => settings.CropTo;

    public ImageShape Measure(int width, int height)
    {
        PictureSize.Check(width, height);
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        return new ImageShape([1 + (grid.Height / _side * (grid.Width / _side)), 3, _side, _side], height, width);
    }

    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        PictureSize.Check(width, height);
        var picture = new RgbView(rgb, width, height);
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        (int rows, int columns) = (grid.Height / _side, grid.Width / _side);
        int area = 3 * _side * _side;
        float[] values = new float[(1 + (rows * columns)) * area];

        RgbImage whole = PictureResizer.Resize(picture, _side, _side, new PixelWindow(0, 0, _side, _side), settings.Resampling);
        settings.Scale.ToPlanes(whole, values);
        (int fitHeight, int fitWidth) = TileGeometry.FitInto(grid, width, height);
        RgbImage fitted = PictureResizer.Resize(picture, fitWidth, fitHeight, new PixelWindow(0, 0, fitHeight, fitWidth), settings.Resampling);
        (int top, int left) = ((grid.Height - fitHeight) / 2, (grid.Width - fitWidth) / 2);
        for (int tile = 0; tile < rows * columns; tile++)
        {
            RgbImage pixels = CutTile(fitted, (tile / columns * _side) - top, (tile % columns * _side) - left);
            settings.Scale.ToPlanes(pixels, values.AsSpan((tile + 1) * area, area));
        }

        return new PreparedImage(values, [1 + (rows * columns), 3, _side, _side], height, width);
    }

    public IReadOnlyList<PictureArea> TileAreas(int width, int height)
    {
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        (int fitHeight, int fitWidth) = TileGeometry.FitInto(grid, width, height);
        (int top, int left) = ((grid.Height - fitHeight) / 2, (grid.Width - fitWidth) / 2);
        double unitX = (double)width / fitWidth;
        double unitY = (double)height / fitHeight;
        int columns = grid.Width / _side;
        return
        [
            new PictureArea(0, 0, width, height),
            .. Enumerable.Range(0, grid.Height / _side * columns).Select(tile => new PictureArea(
                ((tile % columns * _side) - left) * unitX,
                ((tile / columns * _side) - top) * unitY,
                _side * unitX,
                _side * unitY)),
        ];
    }

    /// <summary>A tile of a picture; black where it reaches over the edge.</summary>
    private RgbImage CutTile(RgbImage picture, int top, int left)
    {
        byte[] pixels = new byte[3 * _side * _side];
        int first = Math.Max(left, 0);
        int end = Math.Min(left + _side, picture.Width);
        for (int row = Math.Max(top, 0); row < Math.Min(top + _side, picture.Height) && first < end; row++)
        {
            picture.View.Row(row)[(3 * first)..(3 * end)].CopyTo(pixels.AsSpan(3 * (((row - top) * _side) + first - left)));
        }

        return new RgbImage(pixels, _side, _side);
    }
}
