using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ZooPrune.Benchmarks;

/// <summary>The measured ratios, what they were made of, and the machine.</summary>
internal sealed class QuickReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Ratios by name; comparable between machines.</summary>
    public SortedDictionary<string, double> Ratios { get; } = new(StringComparer.Ordinal);

    /// <summary>The times behind them; not comparable between machines.</summary>
    public SortedDictionary<string, double> Milliseconds { get; } = new(StringComparer.Ordinal);

    /// <summary>Peaks of memory; empty where none was measured.</summary>
    public SortedDictionary<string, double> Megabytes { get; } = new(StringComparer.Ordinal);

    /// <summary>What a reader has to know beside the numbers.</summary>
    public List<string> Remarks { get; } = [];

    public static IReadOnlyDictionary<string, object> Machine => new SortedDictionary<string, object>(StringComparer.Ordinal)
    {
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["kernels"] = TokenKernels.Default.Name,
        ["operating_system"] = RuntimeInformation.OSDescription,
        ["processor"] = Processor(),
        ["processors"] = Environment.ProcessorCount,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
    };

    public string ToJson() => JsonSerializer.Serialize(
        new { ratios = Ratios, machine = Machine, milliseconds = Milliseconds, megabytes = Megabytes, remarks = Remarks }, Indented) + "\n";

    public void Print(TextWriter output)
    {
        output.WriteLine();
        PrintTable(output, "ratio", Ratios);
        output.WriteLine();
        PrintTable(output, "milliseconds", Milliseconds);
        output.WriteLine();
        if (Megabytes.Count > 0)
        {
            PrintTable(output, "megabytes", Megabytes);
            output.WriteLine();
        }

        foreach (string remark in Remarks)
        {
            output.WriteLine(remark);
        }

        output.WriteLine(string.Join(", ", Machine.Select(entry => $"{entry.Key.Replace('_', ' ')}: {entry.Value}")));
    }

    private static void PrintTable(TextWriter output, string title, SortedDictionary<string, double> values)
    {
        int width = values.Keys.Append(title).Max(name => name.Length);
        output.WriteLine($"| {title.PadRight(width)} |         value |");
        output.WriteLine($"| {new string('-', width)} | ------------: |");
        foreach ((string name, double value) in values)
        {
            string text = value.ToString(value >= 1000 ? "N0" : "G4", CultureInfo.InvariantCulture);
            output.WriteLine($"| {name.PadRight(width)} | {text,13} |");
        }
    }

    private static string Processor()
    {
        const string LinuxList = "/proc/cpuinfo";
        string? model = File.Exists(LinuxList)
            ? File.ReadLines(LinuxList).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return model?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }
}
