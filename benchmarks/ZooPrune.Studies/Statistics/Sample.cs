using System.Globalization;

namespace ZooPrune.Studies;

/// <summary>One figure of many images. Thread-safe.</summary>
internal sealed class Sample
{
    private readonly List<double> _values = [];

    /// <summary>Adds the figure of one image.</summary>
    public void Add(double value)
    {
        lock (_values)
        {
            _values.Add(value);
        }
    }

    /// <summary>The mean.</summary>
    public double Mean => _values.Average();

    /// <summary>"mean (smallest to largest)".</summary>
    public string Text => _values.Count == 1
        ? Figure(_values[0])
        : $"{Figure(Mean)} ({Figure(_values.Min())} to {Figure(_values.Max())})";

    private static string Figure(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
