using System.Text.Json;

namespace ZooPrune.Onnx.Images;

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
        ImageLimits.Check(width, height);
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        return new ImageShape([1 + (grid.Height / _side * (grid.Width / _side)), 3, _side, _side], height, width);
    }

    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ImageLimits.Check(width, height);
        var image = new RgbView(rgb, width, height);
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        (int rows, int columns) = (grid.Height / _side, grid.Width / _side);
        int area = 3 * _side * _side;
        float[] values = new float[(1 + (rows * columns)) * area];

        RgbImage whole = ImageResizer.Resize(image, _side, _side, new PixelWindow(0, 0, _side, _side), settings.Resampling);
        settings.Scale.ToPlanes(whole, values);
        (int fitHeight, int fitWidth) = TileGeometry.FitInto(grid, width, height);
        RgbImage fitted = ImageResizer.Resize(image, fitWidth, fitHeight, new PixelWindow(0, 0, fitHeight, fitWidth), settings.Resampling);
        (int top, int left) = ((grid.Height - fitHeight) / 2, (grid.Width - fitWidth) / 2);
        for (int tile = 0; tile < rows * columns; tile++)
        {
            RgbImage pixels = CutTile(fitted, (tile / columns * _side) - top, (tile % columns * _side) - left);
            settings.Scale.ToPlanes(pixels, values.AsSpan((tile + 1) * area, area));
        }

        return new PreparedImage(values, [1 + (rows * columns), 3, _side, _side], height, width);
    }

    public IReadOnlyList<ImageArea> TileAreas(int width, int height)
    {
        (int Height, int Width) grid = TileGeometry.BestGrid(width, height, grids);
        (int fitHeight, int fitWidth) = TileGeometry.FitInto(grid, width, height);
        (int top, int left) = ((grid.Height - fitHeight) / 2, (grid.Width - fitWidth) / 2);
        double unitX = (double)width / fitWidth;
        double unitY = (double)height / fitHeight;
        int columns = grid.Width / _side;
        return
        [
            new ImageArea(0, 0, width, height),
            .. Enumerable.Range(0, grid.Height / _side * columns).Select(tile => new ImageArea(
                ((tile % columns * _side) - left) * unitX,
                ((tile / columns * _side) - top) * unitY,
                _side * unitX,
                _side * unitY)),
        ];
    }

    /// <summary>A tile of a picture; black where it reaches over the edge.</summary>
    private RgbImage CutTile(RgbImage image, int top, int left)
    {
        byte[] pixels = new byte[3 * _side * _side];
        int first = Math.Max(left, 0);
        int end = Math.Min(left + _side, image.Width);
        for (int row = Math.Max(top, 0); row < Math.Min(top + _side, image.Height) && first < end; row++)
        {
            image.View.Row(row)[(3 * first)..(3 * end)].CopyTo(pixels.AsSpan(3 * (((row - top) * _side) + first - left)));
        }

        return new RgbImage(pixels, _side, _side);
    }
}

/// <summary>Reads "image_grid_pinpoints": the grids of tiles that a LLaVA-NeXT model was made for.</summary>
internal static class TileGrids
{
    /// <summary>Most pixels of a side.</summary>
    public const int LargestSide = PreprocessorSettings.LargestSide;

    private const string Key = "image_grid_pinpoints";

    /// <param name="section">Where the key is.</param>
    /// <param name="side">Pixels of a tile's side.</param>
    /// <returns>Height and width of each grid in pixels, multiples of the tile's; one at least.</returns>
    /// <exception cref="ZooPruneException">The key is missing or its value is no list of such sizes.</exception>
    public static IReadOnlyList<(int Height, int Width)> Read(JsonSection section, int side)
    {
        (int, int)[] grids = [.. section.List(Key).Select(grid => Grid(section, grid, side))];
        return grids.Length > 0 ? grids : throw section.Wrong(Key, section.Has(Key) ? "[]" : "missing", "a list of [height, width]");
    }

    private static (int Height, int Width) Grid(JsonSection section, JsonSection grid, int side)
    {
        bool isPair = grid.Kind == JsonValueKind.Array && grid.Element.GetArrayLength() == 2;
        int[] sides = isPair
            ? [.. grid.Element.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : 0)]
            : [0, 0];
        return sides.All(value => value is > 0 and <= LargestSide && value % side == 0)
            ? (sides[0], sides[1])
            : throw section.Wrong(Key, grid.Element.GetRawText(), $"[height, width] in multiples of the tile's side {side}, "
                + $"{LargestSide} at most");
    }
}
