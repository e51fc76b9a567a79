using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>Draws a chart as SVG: a white card, so that it can be read on a light page and on a dark one.</summary>
internal static class ChartDrawing
{
    private const int Width = 890;
    private const int Height = 540;
    private const double Left = 72;
    private const double Right = 664;
    private const double Top = 92;
    private const double Bottom = 440;
    private const double Inset = 26;
    private const double LabelLeft = Right + 16;
    private const double LabelDistance = 19;
    private const double TickDistance = 34;

    private const string Ink = "#1F2328";
    private const string Faint = "#57606A";
    private const string Grid = "#D8DEE4";

    /// <summary>The picture, as the text of an SVG file.</summary>
    public static string Draw(AccuracyChart chart)
    {
        ChartScale scale = new(chart, (Left + Inset, Right - Inset, Top, Bottom));
        IReadOnlyList<ChartStyle> styles = ChartStyle.Of(chart.Series.Select(series => series.Method));
        using SvgPage page = new(Width, Height, chart.Title, Description(chart));
        page.Shape("rect", ("x", 0.5), ("y", 0.5), ("width", Width - 1), ("height", Height - 1), ("rx", 8), ("fill", "#FFFFFF"), ("stroke", Grid));
        page.Text(24, 36, chart.Title, ("font-size", 20), ("font-weight", "bold"), ("fill", Ink));
        page.Text(24, 60, chart.Subtitle, ("font-size", 13.5), ("fill", Faint));
        DrawAxes(page, chart, scale);
        DrawFull(page, chart, scale);

        // The first method comes last, so that it lies on top.
        for (int index = chart.Series.Count - 1; index >= 0; index--)
        {
            DrawBand(page, chart.Series[index], styles[index], scale);
        }

        for (int index = chart.Series.Count - 1; index >= 0; index--)
        {
            DrawLine(page, chart.Series[index], styles[index], scale);
        }

        DrawLabels(page, chart, styles, scale);
        page.Text(24, Height - 18, Note(chart, scale), ("font-size", 11.5), ("fill", Faint));
        return page.Finish();
    }

    private static void DrawAxes(SvgPage page, AccuracyChart chart, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "axes"), ("font-size", 12.5), ("fill", Faint));
        foreach (double tick in scale.Ticks)
        {
            double y = scale.Y(tick);
            page.Shape("line", ("x1", Left), ("x2", Right), ("y1", y), ("y2", y), ("stroke", Grid));
            page.Text(Left - 10, y + 4.5, $"{Number(100 * tick)} %", ("text-anchor", "end"));
        }

        page.Shape("line", ("x1", Left), ("x2", Right), ("y1", Bottom), ("y2", Bottom), ("stroke", Faint));
        double free = double.NegativeInfinity;
        foreach (int kept in scale.Budgets)
        {
            double x = scale.X(kept);
            page.Shape("line", ("x1", x), ("x2", x), ("y1", Bottom), ("y2", Bottom + 5), ("stroke", Faint));
            if (x >= free)
            {
                page.Text(x, Bottom + 21, Number(kept), ("text-anchor", "middle"), ("fill", Ink), ("font-size", 13.5));
                page.Text(x, Bottom + 37, $"{Share(kept, chart.VisualTokens)} %", ("text-anchor", "middle"));
                free = x + TickDistance;
            }
        }

        page.Text((Left + Right) / 2, Bottom + 59, $"visual tokens kept of {Number(chart.VisualTokens)}, and their share", ("text-anchor", "middle"), ("font-size", 13.5));
    }

    private static void DrawFull(SvgPage page, AccuracyChart chart, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "full"));
        double y = scale.Y(chart.Full.Value);
        if (chart.Full.Interval is { } interval)
        {
            double top = scale.Y(interval.High);
            page.Shape("rect", ("x", Left), ("y", top), ("width", Right - Left), ("height", scale.Y(interval.Low) - top), ("fill", Ink), ("fill-opacity", 0.08));
        }

        page.ShapeWithTitle("line", $"all tokens: {WithInterval(chart.Full)}", ("x1", Left), ("x2", Right), ("y1", y), ("y2", y), ("stroke", Ink), ("stroke-width", 1.5), ("stroke-dasharray", "6 4"));
    }

    private static void DrawBand(SvgPage page, ChartSeries series, ChartStyle style, ChartScale scale)
    {
        ChartPoint[] points = [.. series.Points.Where(point => point.Accuracy.Interval is not null)];
        IEnumerable<string> upper = points.Select(point => Place(scale.X(point.Kept), scale.Y(point.Accuracy.Interval!.Value.High)));
        IEnumerable<string> lower = points.Reverse().Select(point => Place(scale.X(point.Kept), scale.Y(point.Accuracy.Interval!.Value.Low)));
        page.Shape("polygon", ("class", "band"), ("points", string.Join(' ', upper.Concat(lower))), ("fill", style.Color), ("fill-opacity", 0.13));
    }

    private static void DrawLine(SvgPage page, ChartSeries series, ChartStyle style, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "method"), ("id", series.Method), ("stroke", style.Color), ("fill", "none"));
        page.Shape(
            "polyline",
            ("points", string.Join(' ', series.Points.Select(point => Place(scale.X(point.Kept), scale.Y(point.Accuracy.Value))))),
            ("stroke-width", style.Width),
            ("stroke-dasharray", style.Dashes.Length == 0 ? "none" : style.Dashes),
            ("stroke-linejoin", "round"));
        foreach (ChartPoint point in series.Points)
        {
            DrawMarker(
                page, $"{series.Method}, {point.Kept} tokens: {WithInterval(point.Accuracy)}", style, scale.X(point.Kept), scale.Y(point.Accuracy.Value));
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
    private static void DrawLabels(SvgPage page, AccuracyChart chart, IReadOnlyList<ChartStyle> styles, ChartScale scale)
    {
        using IDisposable group = page.Group(("class", "labels"), ("font-size", 13.5), ("fill", Ink));
        (string Text, double Wish)[] wanted =
        [
            ($"all tokens {Percent(chart.Full.Value)}", scale.Y(chart.Full.Value)),
            .. chart.Series.Select(series => ($"{series.Method} {Percent(series.Points[^1].Accuracy.Value)}", scale.Y(series.Points[^1].Accuracy.Value))),
        ];
        IReadOnlyList<double> places = LabelSpread.Of([.. wanted.Select(label => label.Wish)], LabelDistance, Top, Bottom);
        for (int index = 0; index < wanted.Length; index++)
        {
            (string text, double wish) = wanted[index];
            double y = places[index];
            double from = index == 0 ? Right : scale.X(chart.Series[index - 1].Points[^1].Kept) + 9;
            page.Shape("line", ("x1", from), ("y1", wish), ("x2", LabelLeft - 3), ("y2", y), ("stroke", index == 0 ? Ink : styles[index - 1].Color), ("stroke-width", 0.8), ("stroke-opacity", 0.7));
            if (index > 0)
            {
                ChartStyle style = styles[index - 1];
                DrawMarker(page, text, style, LabelLeft + 6, y);
            }

            page.Text(index == 0 ? LabelLeft : LabelLeft + 18, y + 4.5, text);
        }
    }

    private static string Note(AccuracyChart chart, ChartScale scale) =>
        "Bands: 95 % intervals over images. Dashed: all tokens. "
        + $"Right: % with all and with {Number(chart.Series.Min(series => series.Points[^1].Kept))} tokens."
        + (scale.Ticks[0] > 0 ? " The axis does not begin at 0." : "");

    private static string Description(AccuracyChart chart) =>
        $"{chart.Subtitle}. All {chart.VisualTokens} tokens: {WithInterval(chart.Full)}. "
        + string.Join(' ', chart.Series.Select(series =>
            $"{series.Method}: {string.Join(", ", series.Points.Select(point => $"{point.Kept} tokens {WithInterval(point.Accuracy)}"))}."));

    private static string WithInterval(Estimate estimate) =>
        $"{Percent(estimate.Value)} %" + (estimate.Interval is { } interval ? $" [{Percent(interval.Low)}, {Percent(interval.High)}]" : "");

    private static string Place(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##}");

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("#,##0.##", CultureInfo.InvariantCulture);

    private static string Share(int kept, int all) => (100.0 * kept / all).ToString(kept >= 0.1 * all ? "0" : "0.0", CultureInfo.InvariantCulture);
}
