using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>All the ways in which the result leaves the program.</summary>
internal static class EvaluationReports
{
    /// <summary>Writes the files that were asked for.</summary>
    /// <exception cref="UsageException">One cannot be written.</exception>
    public static void Write(EvaluateOptions options, EvaluationResult result)
    {
        if (options.Json is { } json)
        {
            OutputFile.Write("--json", json, EvaluationJson.Write(result));
        }

        if (options.Markdown is { } markdown)
        {
            IEnumerable<string> tables = EvaluationTables.Create(result).Select(table => table.ToMarkdown());
            OutputFile.Write("--markdown", markdown, string.Join('\n', tables));
        }

        if (options.Chart is { } chart)
        {
            foreach ((string path, LineChart drawn) in ChartFiles(chart, result))
            {
                OutputFile.Write("--chart", path, ChartDrawing.Draw(drawn));
            }
        }
    }

    /// <summary>Shows the tables.</summary>
    public static void Show(IAnsiConsole output, EvaluationResult result)
    {
        foreach (TextTable table in EvaluationTables.Create(result))
        {
            output.Profile.Out.Writer.WriteLine(table.Title);
            output.Write(table.ToConsole());
        }
    }

    // The first position mode gets the name that was asked for, a second one has its own added: a.svg, a-compact.svg.
    private static IEnumerable<(string Path, LineChart Chart)> ChartFiles(string path, EvaluationResult result) =>
        AccuracyChart.Of(result).Select((mode, index) => (
            index == 0 ? path : Path.Combine(
                Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}-{mode.Positions}{Path.GetExtension(path)}"),
            mode.Chart));
}
