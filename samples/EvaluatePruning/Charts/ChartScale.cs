namespace ZooPrune.Samples;

/// <summary>Where values lie on the page: tokens kept from left to right on a logarithmic axis, many first; accuracy upwards.</summary>
internal sealed class ChartScale
{
    private const int MostSteps = 8;
    private static readonly double[] Steps = [0.01, 0.02, 0.05, 0.1, 0.2];

    private readonly (double Left, double Right, double Top, double Bottom) _area;
    private readonly int _most;
    private readonly int _fewest;

    /// <summary>The scale for a chart.</summary>
    /// <param name="chart">What is drawn.</param>
    /// <param name="area">Where, in pixels; points at the ends of the horizontal axis lie on its sides.</param>
    public ChartScale(AccuracyChart chart, (double Left, double Right, double Top, double Bottom) area)
    {
        _area = area;
        Budgets = [.. chart.Series.SelectMany(series => series.Points).Select(point => point.Kept).Distinct().OrderDescending()];
        _most = Budgets[0];
        _fewest = Budgets[^1];

        Estimate[] values = [chart.Full, .. chart.Series.SelectMany(series => series.Points).Select(point => point.Accuracy)];
        double low = values.Min(value => value.Interval?.Low ?? value.Value);
        double high = values.Max(value => value.Interval?.High ?? value.Value);
        double step = Steps.FirstOrDefault(size => (high - low) / size <= MostSteps - 1, Steps[^1]);

        // A little slack, so that 0.9 / 0.1 = 9.000000000000002 does not cost a step.
        int first = (int)Math.Floor((low / step) + 1e-9);
        int last = Math.Max((int)Math.Ceiling((high / step) - 1e-9), first + 1);
        Ticks = [.. Enumerable.Range(first, last - first + 1).Select(index => index * step)];
    }

    /// <summary>The budgets, from most tokens to fewest.</summary>
    public IReadOnlyList<int> Budgets { get; }

    /// <summary>The accuracies that get a line, ascending; every value lies between the first and the last.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Pixels from the left for K tokens kept; the middle if there is one budget only.</summary>
    public double X(int kept) => _most == _fewest
        ? (_area.Left + _area.Right) / 2
        : _area.Left + ((_area.Right - _area.Left) * Math.Log2((double)_most / kept) / Math.Log2((double)_most / _fewest));

    /// <summary>Pixels from the top for an accuracy.</summary>
    public double Y(double accuracy) =>
        _area.Bottom - ((_area.Bottom - _area.Top) * (accuracy - Ticks[0]) / (Ticks[^1] - Ticks[0]));
}
