using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>Shares, or other figures of a size up to 1, over a logarithmic axis: what <see cref="ChartDrawing"/> draws.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Subtitle">Of what.</param>
/// <param name="XTitle">What the horizontal axis holds.</param>
/// <param name="Lines">At least one, each with at least one point.</param>
internal sealed record LineChart(string Title, string Subtitle, string XTitle, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>A level that the lines are held against, of no x; null = none.</summary>
    public ChartLine? Level { get; init; }

    /// <summary>What the bands are, below the picture where they are drawn.</summary>
    public string BandNote { get; init; } = "";

    /// <summary>What should be known about the picture, below it.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether the largest x is on the left.</summary>
    public bool IsLargestFirst { get; init; }

    /// <summary>Whether values are written in percent.</summary>
    public bool IsPercent { get; init; }

    /// <summary>What x is, in words, such as "64 tokens".</summary>
    public Func<double, string> XText { get; init; } = Number;

    /// <summary>A second line below the number at the axis; null = none.</summary>
    public Func<double, string>? XShare { get; init; }

    /// <summary>A value in words, such as "93.8 % [92.9, 94.7]".</summary>
    public string TextOf(ChartPoint point) => Short(point.Value) + (IsPercent ? " %" : "")
        + (point.Interval is { } interval ? $" [{Short(interval.Low)}, {Short(interval.High)}]" : "");

    /// <summary>A value as a number alone.</summary>
    public string Short(double value) => IsPercent
        ? (100 * value).ToString("F1", CultureInfo.InvariantCulture)
        : value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A number as short as it can be.</summary>
    public static string Number(double value) => value.ToString("#,##0.####", CultureInfo.InvariantCulture);
}

/// <summary>One line of a chart.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Points">From left to right.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>One point of a line.</summary>
/// <param name="X">Where; &gt; 0.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Interval">Its 95 % interval; null = not known.</param>
internal readonly record struct ChartPoint(double X, double Value, (double Low, double High)? Interval = null);

/// <summary>Where values lie on the page.</summary>
internal sealed class ChartScale
{
    private const int MostSteps = 8;
    private static readonly double[] Steps = [0.01, 0.02, 0.05, 0.1, 0.2];

    private readonly (double Left, double Right, double Top, double Bottom) _area;

    /// <summary>The scale for a chart.</summary>
    /// <param name="chart">What is drawn.</param>
    /// <param name="area">Where, in pixels; points at the ends of the horizontal axis lie on its sides.</param>
    public ChartScale(LineChart chart, (double Left, double Right, double Top, double Bottom) area)
    {
        _area = area;
        IEnumerable<double> xs = chart.Lines.SelectMany(line => line.Points).Select(point => point.X).Distinct();
        Xs = chart.IsLargestFirst ? [.. xs.OrderDescending()] : [.. xs.Order()];

        ChartPoint[] points = [.. chart.Level?.Points ?? [], .. chart.Lines.SelectMany(line => line.Points)];
        double low = points.Min(point => point.Interval?.Low ?? point.Value);
        double high = points.Max(point => point.Interval?.High ?? point.Value);
        double step = Steps.FirstOrDefault(size => (high - low) / size <= MostSteps - 1, Steps[^1]);

        // A little slack, so that 0.9 / 0.1 = 9.000000000000002 does not cost a step.
        int first = (int)Math.Floor((low / step) + 1e-9);
        int last = Math.Max((int)Math.Ceiling((high / step) - 1e-9), first + 1);
        Ticks = [.. Enumerable.Range(first, last - first + 1).Select(index => index * step)];
    }

    /// <summary>Pixels from the top of the lowest value.</summary>
    public double Bottom => _area.Bottom;

    /// <summary>Every x, from left to right.</summary>
    public IReadOnlyList<double> Xs { get; }

    /// <summary>The values that get a line, ascending; every value lies between the first and the last.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Pixels from the left for an x; the middle if there is one only.</summary>
    public double X(double x) => Xs.Count == 1
        ? (_area.Left + _area.Right) / 2
        : _area.Left + ((_area.Right - _area.Left) * Math.Log(x / Xs[0]) / Math.Log(Xs[^1] / Xs[0]));

    /// <summary>Pixels from the top for a value.</summary>
    public double Y(double value) =>
        _area.Bottom - ((_area.Bottom - _area.Top) * (value - Ticks[0]) / (Ticks[^1] - Ticks[0]));
}
