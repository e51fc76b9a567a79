using System.Text.Json;

namespace ZooPrune.Studies;

/// <summary>What a study found.</summary>
/// <param name="Study">Its name.</param>
/// <param name="Tables">The figures.</param>
/// <param name="Chart">A drawing of some of them, as SVG; null if there is none.</param>
internal sealed record StudyReport(string Study, IReadOnlyList<StudyTable> Tables, string? Chart = null)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The tables as JSON, with a final newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { Study, Tables }, Options) + "\n";
}
