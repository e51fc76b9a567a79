using System.Text.Json;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>Tiles, unpadding and sizes of 221 pictures, from tiny and elongated to large, against Hugging Face transformers.</summary>
public sealed class GeometryFixtureTests
{
    private static readonly (int Height, int Width)[] Grids = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    private static JsonElement[] Rows { get; } =
        [.. JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("preprocessing", "geometry.json"))).RootElement.EnumerateArray()];

    [Fact]
    public void TileGeometry_AllSizes_IsExact()
    {
        const int TokensOfATile = 24;
        Assert.Equal(221, Rows.Length);
        foreach (JsonElement row in Rows)
        {
            (int height, int width) = Size(row);
            JsonElement expected = row.GetProperty("llava_next");

            (int Height, int Width) best = TileGeometry.BestGrid(width, height, Grids);
            Assert.Equal((expected.GetProperty("best")[0].GetInt32(), expected.GetProperty("best")[1].GetInt32()), best);
            (int down, int across) = (best.Height / 336, best.Width / 336);
            Assert.Equal(expected.GetProperty("tiles").GetInt32(), 1 + (down * across));

            TokenWindow window = TileGeometry.Unpad(down * TokensOfATile, across * TokensOfATile, width, height);
            Assert.Equal(expected.GetProperty("unpadded_rows").GetInt32(), window.Rows);
            Assert.Equal(expected.GetProperty("unpadded_columns").GetInt32(), window.Columns);
            JsonElement first = expected.GetProperty("first_row_first_column_of_unpadded");
            if (first.ValueKind == JsonValueKind.Array)
            {
                Assert.Equal((first[0].GetInt32(), first[1].GetInt32()), (window.Top, window.Left));
            }

            // A newline ends every row.
            int tokens = (TokensOfATile * TokensOfATile) + (window.Rows * (window.Columns + 1));
            Assert.Equal(expected.GetProperty("visual_tokens").GetInt32(), tokens);
        }
    }

    [Theory]
    [InlineData("qwen_default")]
    [InlineData("qwen_large")]
    public void PatchGeometry_AllSizes_IsExact(string limits)
    {
        foreach (JsonElement row in Rows)
        {
            (int height, int width) = Size(row);
            JsonElement expected = row.GetProperty(limits);
            var geometry = new PatchGeometry(14, 2, 2, expected.GetProperty("min_pixels").GetInt32(), expected.GetProperty("max_pixels").GetInt32());
            if (expected.TryGetProperty("error", out _))
            {
                var exception = Assert.Throws<ZooPruneException>(() => geometry.Resize(width, height));
                Assert.Equal(
                    FormattableString.Invariant($"Image: it has {width:N0} x {height:N0} pixels. The model takes images whose longer side is at most 200 times the shorter; crop or pad the image."),
                    exception.Message);
                continue;
            }

            (int rows, int columns) = geometry.Resize(width, height);
            Assert.Equal((expected.GetProperty("height").GetInt32(), expected.GetProperty("width").GetInt32()), (rows, columns));
            Assert.Equal(expected.GetProperty("tokens").GetInt32(), rows * columns / (28 * 28));
        }
    }

    private static (int Height, int Width) Size(JsonElement row) => (row.GetProperty("height").GetInt32(), row.GetProperty("width").GetInt32());
}
