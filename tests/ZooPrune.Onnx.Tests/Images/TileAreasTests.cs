using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// What tiles show of a picture. The pictures say it themselves: red is the column, green the row, so a prepared pixel tells where it
/// came from.
/// </summary>
public sealed class TileAreasTests
{
    private static readonly PreprocessorSettings Plain = new(null, null, null, Resampling.Bilinear, 1, [0, 0, 0], [1, 1, 1]);

    public static TheoryData<int, int> Sizes => new() { { 200, 120 }, { 120, 200 }, { 250, 60 }, { 100, 100 }, { 61, 240 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TileAreas_ShortestEdgeAndCrop_AreWhereThePixelsCameFrom(int width, int height) =>
        Check(new ImagePreprocessor(Plain with { ShortestEdge = 60, CropTo = (60, 60) }), width, height);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TileAreas_CropLargerThanThePicture_AreWhereThePixelsCameFrom(int width, int height) =>
        Check(new ImagePreprocessor(Plain with { CropTo = (220, 220) }), width, height);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TileAreas_ExpandedToASquare_AreWhereThePixelsCameFrom(int width, int height) =>
        Check(new ImagePreprocessor(Plain with { ResizeTo = (80, 80), Background = [255, 255, 255] }), width, height);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TileAreas_Tiles_AreWhereThePixelsCameFrom(int width, int height) =>
        Check(new TiledImagePreprocessor(Plain with { CropTo = (64, 64) }, [(64, 128), (128, 64), (128, 128), (192, 64), (64, 192)]), width, height);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TileAreas_Patches_AreTheWholePicture(int width, int height)
    {
        var preprocessor = new PatchImagePreprocessor(Plain, new PatchGeometry(14, 2, 2, 56 * 56, 1 << 20));

        Assert.Equal([new ImageArea(0, 0, width, height)], preprocessor.TileAreas(width, height));
    }

    private static void Check(IImagePreprocessor preprocessor, int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(i % width), (byte)(i / width), 128);
        }

        PreparedImage image = preprocessor.Prepare(pixels, width, height);
        IReadOnlyList<ImageArea> areas = preprocessor.TileAreas(width, height);

        Assert.Equal(image.Shape[0], areas.Count);
        (int rows, int columns) = (image.Shape[2], image.Shape[3]);
        int shown = 0;
        for (int tile = 0; tile < areas.Count; tile++)
        {
            ReadOnlySpan<float> values = image.PixelValues.Span.Slice(tile * 3 * rows * columns, 3 * rows * columns);
            for (int i = 0; i < rows * columns; i++)
            {
                double x = areas[tile].Left + (((i % columns) + 0.5) * areas[tile].Width / columns) - 0.5;
                double y = areas[tile].Top + (((i / columns) + 0.5) * areas[tile].Height / rows) - 0.5;
                if (x < 3 || x > width - 4 || y < 3 || y > height - 4)
                {
                    continue; // At the edges the filter is one-sided.
                }

                Assert.InRange(values[i] - x, -1.6, 1.6);
                Assert.InRange(values[(rows * columns) + i] - y, -1.6, 1.6);
                shown++;
            }
        }

        Assert.True(shown > 500, $"only {shown} pixels were compared");
    }
}
