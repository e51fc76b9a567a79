namespace ZooPrune.Samples.Tests;

public class OverlayPictureTests
{
    [Fact]
    public void Dim_SquareImage_LeavesKeptPatchesAlone()
    {
        byte[] pixels = White(width: 6, height: 6);

        OverlayPicture.Dim(pixels, 6, 6, keptIndices: [1, 5], gridSide: 3);

        Assert.Equal(
            """
            ..##..
            ..##..
            ....##
            ....##
            ......
            ......
            """,
            Bright(pixels, 6, 6));
    }

    [Fact]
    public void Dim_WideImage_DimsWhatTheModelNeverSaw()
    {
        byte[] pixels = White(width: 8, height: 4);

        OverlayPicture.Dim(pixels, 8, 4, keptIndices: [0, 1, 2, 3], gridSide: 2);

        Assert.Equal(
            """
            ..####..
            ..####..
            ..####..
            ..####..
            """,
            Bright(pixels, 8, 4));
    }

    [Fact]
    public void Dim_AnyPixel_LeavesAlphaAlone()
    {
        byte[] pixels = White(width: 2, height: 2);

        OverlayPicture.Dim(pixels, 2, 2, keptIndices: [], gridSide: 1);

        Assert.All(Enumerable.Range(0, 4), pixel =>
        {
            Assert.Equal(255, pixels[(4 * pixel) + 3]);
            Assert.InRange(pixels[4 * pixel], 0, 127);
        });
    }

    [Theory]
    [InlineData(576, 24)]
    [InlineData(1, 1)]
    [InlineData(577, null)]
    [InlineData(0, null)]
    public void GridSide_TokenCount_IsItsRoot(int tokenCount, int? side) => Assert.Equal(side, OverlayPicture.GridSide(tokenCount));

    private static byte[] White(int width, int height)
    {
        byte[] pixels = new byte[4 * width * height];
        Array.Fill(pixels, (byte)255);
        return pixels;
    }

    private static string Bright(byte[] pixels, int width, int height) => string.Join('\n', Enumerable.Range(0, height).Select(y =>
        string.Concat(Enumerable.Range(0, width).Select(x => pixels[4 * ((y * width) + x)] == 255 ? '#' : '.'))));
}
