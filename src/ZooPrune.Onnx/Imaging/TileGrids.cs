using System.Text.Json;

namespace ZooPrune.Onnx;

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
            : throw section.Wrong(Key, grid.Element.GetRawText(), $"[height, width] in multiples of the tile's side {side}, {LargestSide} at most");
    }
}
