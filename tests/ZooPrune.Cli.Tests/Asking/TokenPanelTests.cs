using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

public class TokenPanelTests
{
    [Fact]
    public void TokenAt_AreaInsideThePicture_CountsRowByRow()
    {
        var panel = new TokenPanel(new PictureArea(2, 1, 4, 4), 2, 2, 10);

        Assert.Equal([-1, -1, 10, 10, 11, 11, -1], Enumerable.Range(0, 7).Select(x => panel.TokenAt(x, 1)));
        Assert.Equal([-1, 10, 10, 12, 12, -1], Enumerable.Range(0, 6).Select(y => panel.TokenAt(2, y)));
    }

    [Fact]
    public void TokenAt_AreaBeyondThePicture_StartsInTheMiddleOfTheGrid()
    {
        var panel = new TokenPanel(new PictureArea(-2, 0, 4, 1), 1, 4, 0);

        Assert.Equal([2, 3, -1], Enumerable.Range(0, 3).Select(x => panel.TokenAt(x, 0)));
    }
}
