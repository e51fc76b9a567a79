using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

public class TokenOverlayTests
{
    [Fact]
    public void Draw_TwoLayersOfAHighImage_PutsThemSideBySide()
    {
        var image = new RgbImage([.. Enumerable.Repeat((byte)200, 3 * 2 * 4)], 2, 4);
        var whole = new TokenPanel(new ImageArea(0, 0, 2, 4), 2, 1, 0);
        var upper = new TokenPanel(new ImageArea(0, 0, 2, 2), 1, 2, 2);
        var lower = new TokenPanel(new ImageArea(0, 2, 2, 2), 1, 2, 4);

        RgbImage drawn = Decode(TokenOverlay.Draw(image, [[whole], [upper, lower]], [0, 3, 4]));

        Assert.Equal((4, 4), (drawn.Width, drawn.Height));
        Assert.Equal(
            ["##.#", "##.#", "..#.", "..#."],
            Enumerable.Range(0, 4).Select(y => string.Concat(Enumerable.Range(0, 4).Select(x => drawn.Pixels[3 * ((4 * y) + x)] == 200 ? '#' : '.'))));
        Assert.Equal(64, drawn.Pixels[3 * 4 * 3]);
    }

    [Fact]
    public void Draw_TwoLayersOfAWideImage_PutsThemBelowEachOther()
    {
        var image = new RgbImage(new byte[3 * 4 * 2], 4, 2);
        var panel = new TokenPanel(new ImageArea(0, 0, 4, 2), 1, 1, 0);

        RgbImage drawn = Decode(TokenOverlay.Draw(image, [[panel], [panel]], []));

        Assert.Equal((4, 4), (drawn.Width, drawn.Height));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(301, 200)]
    public void Draw_KeptPixels_AreReadBackAsTheyWere(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        var panel = new TokenPanel(new ImageArea(0, 0, width, height), 1, 1, 0);

        RgbImage read = Decode(TokenOverlay.Draw(new RgbImage(pixels, width, height), [[panel]], [0]));

        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(pixels, read.Pixels.ToArray());
    }

    [Fact]
    public void Draw_WideImage_DarkensWhatTheModelNeverSaw()
    {
        var image = new RgbImage([.. Enumerable.Repeat((byte)255, 3 * 8 * 4)], 8, 4);
        var panel = new TokenPanel(new ImageArea(2, 0, 4, 4), 2, 2, 0);

        RgbImage drawn = Decode(TokenOverlay.Draw(image, [[panel]], [0, 1, 2, 3]));

        Assert.Equal("..####..", string.Concat(Enumerable.Range(0, 8).Select(x => drawn.Pixels[3 * x] == 255 ? '#' : '.')));
    }

    [Fact]
    public void Draw_ShapesModel_ShowsTheKeptTokens()
    {
        using var model = VisionLanguageModel.Load(TestPaths.Model);
        string path = TestPaths.Data("images", "field", "plain.png");
        int side = (int)Math.Sqrt(model.VisualTokenCount);

        RgbImage drawn = Decode(TokenOverlay.Draw(model, path, [0, (side * side) - 1, int.MaxValue]));
        RgbImage image = Decode(File.ReadAllBytes(path));

        Assert.Equal((image.Width, image.Height), (drawn.Width, drawn.Height));
        int same = 0;
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            same += drawn.Pixels.Slice(3 * i, 3).SequenceEqual(image.Pixels.Slice(3 * i, 3)) ? 1 : 0;
        }

        Assert.Equal(2 * image.Width * image.Height / (side * side), same);
    }

    [Fact]
    public void TokenAt_AreaInsideTheImage_CountsRowByRow()
    {
        var panel = new TokenPanel(new ImageArea(2, 1, 4, 4), 2, 2, 10);

        Assert.Equal([-1, -1, 10, 10, 11, 11, -1], Enumerable.Range(0, 7).Select(x => panel.TokenAt(x, 1)));
        Assert.Equal([-1, 10, 10, 12, 12, -1], Enumerable.Range(0, 6).Select(y => panel.TokenAt(2, y)));
    }

    [Fact]
    public void TokenAt_AreaBeyondTheImage_StartsInTheMiddleOfTheGrid()
    {
        var panel = new TokenPanel(new ImageArea(-2, 0, 4, 1), 1, 4, 0);

        Assert.Equal([2, 3, -1], Enumerable.Range(0, 3).Select(x => panel.TokenAt(x, 0)));
    }

    private static RgbImage Decode(byte[] file) => new ImageDecoder(1_000_000).Decode(file, "drawn");
}
