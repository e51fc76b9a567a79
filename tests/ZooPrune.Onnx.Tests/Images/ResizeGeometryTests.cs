using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

public sealed class ResizeGeometryTests
{
    [Theory]
    [InlineData(336, 336, 336, 336, 0, 0)]
    [InlineData(500, 375, 336, 448, 0, 56)]
    [InlineData(375, 500, 448, 336, 56, 0)]
    [InlineData(337, 335, 336, 338, 0, 1)]
    [InlineData(1, 4000, 1_344_000, 336, 671_832, 0)]
    public void For_ShortestEdge_RoundsTheLongerSideDown(int width, int height, int rows, int columns, int top, int left)
    {
        var settings = new PreprocessorSettings(336, null, (336, 336), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);

        ResizeGeometry geometry = ResizeGeometry.For(settings, width, height);

        Assert.Equal(
            (rows, columns, new PixelWindow(top, left, 336, 336)),
            (geometry.Height, geometry.Width, geometry.Window));
    }
}
