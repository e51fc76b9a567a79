using System.Globalization;
using System.Text;
using System.Text.Json;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>What a study found.</summary>
/// <param name="Study">Its name.</param>
/// <param name="Tables">The figures.</param>
/// <param name="Chart">Some of them as a chart; null = none.</param>
internal sealed record StudyReport(string Study, IReadOnlyList<StudyTable> Tables, LineChart? Chart = null)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The tables as JSON, with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Study, Tables }, Options) + "\n";
}

/// <summary>A table of texts; all columns but the first hold figures.</summary>
/// <param name="Title">What the table is about.</param>
/// <param name="Header">One text a column.</param>
/// <param name="Rows">One text a column each.</param>
internal sealed record StudyTable(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The table as Markdown, title first.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(Title).Append("\n\n");
        AppendLine(text, Header);
        AppendLine(text, [.. Header.Select((_, column) => column == 0 ? "---" : "---:")]);
        foreach (IReadOnlyList<string> row in Rows)
        {
            AppendLine(text, row);
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
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
