using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

public class OverlayPictureTests
{
    [Fact]
    public void Draw_TwoLayersOfAHighPicture_PutsThemSideBySide()
    {
        var picture = new RgbImage([.. Enumerable.Repeat((byte)200, 3 * 2 * 4)], 2, 4);
        var whole = new TokenPanel(new PictureArea(0, 0, 2, 4), 2, 1, 0);
        var upper = new TokenPanel(new PictureArea(0, 0, 2, 2), 1, 2, 2);
        var lower = new TokenPanel(new PictureArea(0, 2, 2, 2), 1, 2, 4);

        RgbImage drawn = OverlayPicture.Draw(picture, [[whole], [upper, lower]], [0, 3, 4]);

        Assert.Equal((4, 4), (drawn.Width, drawn.Height));
        Assert.Equal(
            ["##.#", "##.#", "..#.", "..#."],
            Enumerable.Range(0, 4).Select(y => string.Concat(Enumerable.Range(0, 4).Select(x => drawn.Pixels[3 * ((4 * y) + x)] == 200 ? '#' : '.'))));
        Assert.Equal(64, drawn.Pixels[3 * 4 * 3]);
    }

    [Fact]
    public void Draw_TwoLayersOfAWidePicture_PutsThemBelowEachOther()
    {
        var picture = new RgbImage(new byte[3 * 4 * 2], 4, 2);
        var panel = new TokenPanel(new PictureArea(0, 0, 4, 2), 1, 1, 0);

        RgbImage drawn = OverlayPicture.Draw(picture, [[panel], [panel]], []);

        Assert.Equal((4, 4), (drawn.Width, drawn.Height));
    }
}
