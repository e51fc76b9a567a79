using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>
/// Draws a chart as SVG: a white card, so that it can be read on a light page and on a dark one, and a name at the end of each line.
/// </summary>
internal static class ChartDrawing
{
    private const int Width = 890;
    private const double Left = 72;
    private const double Right = 664;
    private const double Top = 92;
    private const int LeastBottom = 440;
    private const int BelowBottom = 100;
    private const int MostBands = 10;
    private const double Inset = 26;
    private const double LabelLeft = Right + 16;
    private const double LabelDistance = 19;
    private const double TickDistance = 34;

    private const string Ink = "#1F2328";
    private const string Faint = "#57606A";
    private const string Grid = "#D8DEE4";

    /// <summary>The picture, as the text of an SVG file.</summary>
    public static string Draw(LineChart chart)
    {
        // As high as the names of the lines need.
        int bottom = Math.Max(LeastBottom, (int)Math.Ceiling(Top + (LabelDistance * chart.Lines.Count)));
        int pageHeight = bottom + BelowBottom;
        ChartScale scale = new(chart, (Left + Inset, Right - Inset, Top, bottom));
        (ChartLine Line, ChartStyle Style)[] lines = [.. chart.Lines.Zip(ChartStyle.Of(chart.Lines.Select(line => line.Name)))];
        using SvgPage page = new(Width, pageHeight, chart.Title, Description(chart));
        page.Shape(
            "rect",
            ("x", 0.5), ("y", 0.5), ("width", Width - 1), ("height", pageHeight - 1), ("rx", 8), ("fill", "#FFFFFF"), ("stroke", Grid));
        page.Text(24, 36, chart.Title, ("font-size", 20), ("font-weight", "bold"), ("fill", Ink));
        page.Text(24, 60, chart.Subtitle, ("font-size", 13.5), ("fill", Faint));
        DrawAxes(page, chart, scale);
        DrawLevel(page, chart, scale);

        // The first line comes last, so that it lies on top. Bands of many lines hide each other and the lines.
        bool hasBands = lines.Length <= MostBands;
        foreach ((ChartLine line, ChartStyle style) in hasBands ? lines.Reverse() : [])
        {
            DrawBand(page, line, style, scale);
        }

        foreach ((ChartLine line, ChartStyle style) in lines.Reverse())
        {
            DrawLine(page, chart, line, style, scale);
        }

        DrawLabels(page, chart, lines, scale);
        page.Text(
            24,
            pageHeight - 18,
            $"{(hasBands ? chart.BandNote : "")} {chart.Note}{(scale.Ticks[0] > 0 ? " The axis does not begin at 0." : "")}".Trim(),
            ("font-size", 11.5), ("fill", Faint));
        return page.Finish();
    }

    private static void DrawAxes(SvgPage page, LineChart chart, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "axes"), ("font-size", 12.5), ("fill", Faint));
        foreach (double tick in scale.Ticks)
        {
            double y = scale.Y(tick);
            page.Shape("line", ("x1", Left), ("x2", Right), ("y1", y), ("y2", y), ("stroke", Grid));
            string text = chart.IsPercent ? $"{LineChart.Number(100 * tick)} %" : LineChart.Number(tick);
            page.Text(Left - 10, y + 4.5, text, ("text-anchor", "end"));
        }

        page.Shape("line", ("x1", Left), ("x2", Right), ("y1", scale.Bottom), ("y2", scale.Bottom), ("stroke", Faint));
        double free = double.NegativeInfinity;
        foreach (double place in scale.Xs)
        {
            double x = scale.X(place);
            page.Shape("line", ("x1", x), ("x2", x), ("y1", scale.Bottom), ("y2", scale.Bottom + 5), ("stroke", Faint));
            if (x >= free)
            {
                page.Text(x, scale.Bottom + 21, LineChart.Number(place), ("text-anchor", "middle"), ("fill", Ink), ("font-size", 13.5));
                if (chart.XShare is { } share)
                {
                    page.Text(x, scale.Bottom + 37, share(place), ("text-anchor", "middle"));
                }

                free = x + TickDistance;
            }
        }

        page.Text((Left + Right) / 2, scale.Bottom + 59, chart.XTitle, ("text-anchor", "middle"), ("font-size", 13.5));
    }

    private static void DrawLevel(SvgPage page, LineChart chart, ChartScale scale)
    {
        if (chart.Level is not { } level)
        {
            return;
        }

        using IDisposable group = page.Group(("class", "level"));
        double y = scale.Y(level.Points[0].Value);
        if (level.Points[0].Interval is { } interval)
        {
            double top = scale.Y(interval.High);
            double height = scale.Y(interval.Low) - top;
            page.Shape("rect", ("x", Left), ("y", top), ("width", Right - Left), ("height", height), ("fill", Ink), ("fill-opacity", 0.08));
        }

        page.ShapeWithTitle(
            "line",
            $"{level.Name}: {chart.TextOf(level.Points[0])}",
            ("x1", Left), ("x2", Right), ("y1", y), ("y2", y), ("stroke", Ink), ("stroke-width", 1.5), ("stroke-dasharray", "6 4"));
    }

    private static void DrawBand(SvgPage page, ChartLine line, ChartStyle style, ChartScale scale)
    {
        ChartPoint[] points = [.. line.Points.Where(point => point.Interval is not null)];
        if (points.Length > 0)
        {
            IEnumerable<string> upper = points.Select(point => Place(scale.X(point.X), scale.Y(point.Interval!.Value.High)));
            IEnumerable<string> lower = points.Reverse().Select(point => Place(scale.X(point.X), scale.Y(point.Interval!.Value.Low)));
            string corners = string.Join(' ', upper.Concat(lower));
            page.Shape("polygon", ("class", "band"), ("points", corners), ("fill", style.Color), ("fill-opacity", 0.13));
        }
    }

    private static void DrawLine(SvgPage page, LineChart chart, ChartLine line, ChartStyle style, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "line"), ("id", line.Name), ("stroke", style.Color), ("fill", "none"));
        page.Shape(
            "polyline",
            ("points", string.Join(' ', line.Points.Select(point => Place(scale.X(point.X), scale.Y(point.Value))))),
            ("stroke-width", style.Width),
            ("stroke-dasharray", style.Dashes.Length == 0 ? "none" : style.Dashes),
            ("stroke-linejoin", "round"));
        foreach (ChartPoint point in line.Points)
        {
            string title = $"{line.Name}, {chart.XText(point.X)}: {chart.TextOf(point)}";
            DrawMarker(page, title, style, scale.X(point.X), scale.Y(point.Value));
        }
    }

    private static void DrawMarker(SvgPage page, string title, ChartStyle style, double x, double y) => page.ShapeWithTitle(
        "path",
        title,
        ("class", "point"),
        ("transform", $"translate({Place(x, y)})"),
        ("d", style.Marker),
        ("stroke", style.Color),
        ("stroke-width", style.IsFilled ? 1 : 1.8),
        ("fill", style.IsFilled ? style.Color : "none"));

    // Beside the last point of its line, with a thread to it where it had to move.
    private static void DrawLabels(SvgPage page, LineChart chart, (ChartLine Line, ChartStyle Style)[] lines, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "labels"), ("font-size", 13.5), ("fill", Ink));
        List<(ChartLine Line, ChartStyle? Style)> named = [.. lines];
        if (chart.Level is { } level)
        {
            named.Insert(0, (level, null));
        }

        double[] wishes = [.. named.Select(label => scale.Y(label.Line.Points[^1].Value))];
        IReadOnlyList<double> places = LabelSpread.Of(wishes, LabelDistance, Top, scale.Bottom);
        for (int index = 0; index < named.Count; index++)
        {
            (ChartLine line, ChartStyle? style) = named[index];
            string text = $"{line.Name} {chart.Short(line.Points[^1].Value)}";
            double y = places[index];
            double from = style is null ? Right : scale.X(line.Points[^1].X) + 9;
            page.Shape(
                "line",
                ("x1", from), ("y1", wishes[index]), ("x2", LabelLeft - 3), ("y2", y),
                ("stroke", style?.Color ?? Ink), ("stroke-width", 0.8), ("stroke-opacity", 0.7));
            if (style is not null)
            {
                DrawMarker(page, text, style, LabelLeft + 6, y);
            }

            page.Text(style is null ? LabelLeft : LabelLeft + 18, y + 4.5, text);
        }
    }

    private static string Description(LineChart chart)
    {
        IEnumerable<string> lines = chart.Lines.Select(line =>
            $"{line.Name}: {string.Join(", ", line.Points.Select(point => $"{chart.XText(point.X)} {chart.TextOf(point)}"))}.");
        string level = chart.Level is { } whole ? $" {whole.Name}: {chart.TextOf(whole.Points[0])}." : "";
        return $"{chart.Subtitle}.{level} {string.Join(' ', lines)}";
    }

    private static string Place(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##}");
}
