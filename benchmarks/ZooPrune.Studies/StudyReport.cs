using System.Globalization;
using System.Text.Json;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>What a study found.</summary>
/// <param name="Study">Its name.</param>
/// <param name="Tables">The figures.</param>
/// <param name="Chart">Some of them as a chart; null = none.</param>
internal sealed record StudyReport(string Study, IReadOnlyList<TextTable> Tables, LineChart? Chart = null)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The tables as JSON, with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Study, Tables }, Options) + "\n";
}

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
