using System.Globalization;
using System.Xml.Linq;

namespace ZooPrune.Samples.Tests;

public class ChartDrawingTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly LineChart Chart = new(
        "Exact answers by number of visual tokens kept",
        "some <model> & \"more\"",
        "visual tokens kept",
        [
            new("zooprune", [Point(192, 0.93, 0.938, 0.947), Point(64, 0.926, 0.935, 0.944), Point(16, 0.84, 0.86, 0.88)]),
            new("divprune", [Point(192, 0.933, 0.941, 0.95), Point(64, 0.921, 0.93, 0.94), Point(16, 0.841, 0.861, 0.881)]),
            new("a method of later", [Point(192, 0.7, 0.71, 0.72), Point(64, 0.6, 0.61, 0.62), new(16, 0.432)]),
        ])
    {
        Level = new("all tokens", [Point(576, 0.982, 0.987, 0.991)]),
        IsLargestFirst = true,
        IsPercent = true,
        XShare = kept => $"{100 * kept / 576:0} %",
    };

    [Fact]
    public void Draw_Chart_IsValidXmlWithoutOutsideResources()
    {
        string text = ChartDrawing.Draw(Chart);
        var root = XElement.Parse(text);

        Assert.Equal(Svg + "svg", root.Name);
        Assert.Equal("some <model> & \"more\"", root.Elements(Svg + "text").ElementAt(1).Value);
        Assert.DoesNotContain("href", text);
        Assert.DoesNotContain("url(", text);
        Assert.DoesNotContain("NaN", text);
        Assert.Equal(1, text.Split("http").Length - 1); // the name of the format itself
        Assert.Empty(root.Descendants(Svg + "image"));
    }

    [Fact]
    public void Draw_Points_LieWhereTheAxesSayTheirValueIs()
    {
        var root = XElement.Parse(ChartDrawing.Draw(Chart));
        (double firstY, double firstShare, double lastY, double lastShare) = VerticalAxis(root);
        Dictionary<int, double> budgets = HorizontalAxis(root);

        foreach (ChartLine line in Chart.Lines)
        {
            XElement group = root.Elements(Svg + "g").Single(element => (string?)element.Attribute("id") == line.Name);
            (double X, double Y)[] places = [.. group.Elements(Svg + "path").Select(Translation)];
            Assert.Equal(line.Points.Count, places.Length);
            foreach ((ChartPoint point, (double x, double y)) in line.Points.Zip(places))
            {
                Assert.Equal(budgets[(int)point.X], x, 0.02);
                double share = firstShare + ((lastShare - firstShare) * (y - firstY) / (lastY - firstY));
                Assert.Equal(point.Value, share, 0.0005);
            }

            // The line goes through its markers.
            string drawn = (string)group.Element(Svg + "polyline")!.Attribute("points")!;
            Assert.Equal(places, drawn.Split(' ').Select(Pair));
        }
    }

    [Fact]
    public void Draw_Bands_ReachFromLowToHigh()
    {
        var root = XElement.Parse(ChartDrawing.Draw(Chart));
        (double firstY, double firstShare, double lastY, double lastShare) = VerticalAxis(root);

        // Drawn from the last method to the first.
        XElement band = root.Elements(Svg + "polygon").Last();
        double[] shares =
        [
            .. ((string)band.Attribute("points")!).Split(' ').Select(Pair).Select(place => firstShare + ((lastShare - firstShare) * (place.Y - firstY) / (lastY - firstY))),
        ];

        Assert.Equal([0.947, 0.944, 0.88, 0.84, 0.926, 0.93], shares.Select(share => Math.Round(share, 3)));
    }

    [Fact]
    public void Draw_EveryText_IsTextAndInsideThePicture()
    {
        var root = XElement.Parse(ChartDrawing.Draw(Chart));
        double width = (double)root.Attribute("width")!;
        string[] texts = [.. root.Descendants(Svg + "text").Select(element => element.Value)];

        Assert.Contains("zooprune 86.0", texts);
        Assert.Contains("divprune 86.1", texts);
        Assert.Contains("all tokens 98.7", texts);
        Assert.Contains("192", texts);
        Assert.Contains("33 %", texts);
        Assert.All(root.Descendants(Svg + "text").Where(element => element.Attribute("text-anchor") is null), element =>
        {
            // Seven tenths of the size is wider than the average letter of any common font.
            double size = (double?)element.Attribute("font-size") ?? (double)element.Parent!.Attribute("font-size")!;
            Assert.InRange((double)element.Attribute("x")! + (0.6 * size * element.Value.Length), 0, width);
        });
    }

    [Fact]
    public void Draw_Methods_DifferInMarkerAndDashesNotOnlyInColor()
    {
        IReadOnlyList<ChartStyle> styles = ChartStyle.Of(
            ["zooprune", "zooprune-sampled", "zooprune-tuned", "divprune", "sensitivity", "norm", "uniform", "random", "new1", "new2", "new3", "new4"]);

        Assert.Equal(styles.Count, styles.Select(style => style.Color).Distinct().Count());
        Assert.Equal(styles.Count, styles.Select(style => (style.Marker, style.IsFilled)).Distinct().Count());
        Assert.Equal(styles.Count - 1, styles.Select(style => style.Dashes).Distinct().Count()); // zooprune and zooprune-tuned are whole lines
    }

    [Fact]
    public void Draw_OneBudgetAndNoInterval_StillIsAChart()
    {
        LineChart small = Chart with { Level = null, Lines = [new("norm", [new(64, 1)])] };

        Assert.DoesNotContain("NaN", ChartDrawing.Draw(small));
        Assert.Contains("norm 100.0", ChartDrawing.Draw(small));
    }

    [Fact]
    public void Draw_CharactersThatXmlCannotHold_AreReplaced()
    {
        LineChart odd = Chart with { Subtitle = "bell \u0007 and half \ud800 a pair, \U0001F600" };

        Assert.Equal("bell \uFFFD and half \uFFFD a pair, \U0001F600", XElement.Parse(ChartDrawing.Draw(odd)).Elements(Svg + "text").ElementAt(1).Value);
    }

    [Theory]
    [InlineData(0.432, 0.991)]
    [InlineData(0.9, 1)]
    [InlineData(0, 1)]
    [InlineData(0.5, 0.5)]
    [InlineData(0, 0)]
    [InlineData(0.9501, 0.9533)]
    public void Ticks_AnyRange_CoverItInFewRoundSteps(double low, double high)
    {
        LineChart chart = Chart with { Level = new("all", [new(576, high)]), Lines = [new("norm", [new(64, low)])] };

        IReadOnlyList<double> ticks = new ChartScale(chart, (0, 100, 0, 100)).Ticks;

        Assert.InRange(ticks.Count, 2, 9);
        Assert.True(ticks[0] <= low + 1e-9 && ticks[^1] >= high - 1e-9, string.Join(' ', ticks));
    }

    private static ChartPoint Point(int kept, double low, double value, double high) => new(kept, value, (low, high));

    private static (double FirstY, double FirstShare, double LastY, double LastShare) VerticalAxis(XElement root)
    {
        XElement axes = root.Elements(Svg + "g").Single(element => (string?)element.Attribute("class") == "axes");
        double[] shares =
        [
            .. axes.Elements(Svg + "text").Where(text => (string?)text.Attribute("text-anchor") == "end")
                .Select(text => double.Parse(text.Value[..^2], CultureInfo.InvariantCulture) / 100),
        ];
        double[] heights = [.. axes.Elements(Svg + "line").Take(shares.Length).Select(line => (double)line.Attribute("y1")!)];
        return (heights[0], shares[0], heights[^1], shares[^1]);
    }

    private static Dictionary<int, double> HorizontalAxis(XElement root)
    {
        XElement axes = root.Elements(Svg + "g").Single(element => (string?)element.Attribute("class") == "axes");
        return axes.Elements(Svg + "text")
            .Where(text => int.TryParse(text.Value, out _))
            .ToDictionary(text => int.Parse(text.Value, CultureInfo.InvariantCulture), text => (double)text.Attribute("x")!);
    }

    private static (double X, double Y) Translation(XElement marker) => Pair(((string)marker.Attribute("transform")!)["translate(".Length..^1]);

    private static (double X, double Y) Pair(string text)
    {
        string[] parts = text.Split(',');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
