using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>All the ways in which the result leaves the program.</summary>
internal static class EvaluationReports
{
    /// <summary>Writes the files that were asked for, and shows the tables.</summary>
    /// <exception cref="UsageException">One cannot be written.</exception>
    public static void Report(EvaluateOptions options, EvaluationResult result, IAnsiConsole output)
    {
        if (options.Json is { } json)
        {
            OutputFile.Write("--json", json, EvaluationJson.Write(result));
        }

        Report(options, EvaluationTables.Create(result), AccuracyChart.Of(result), output);
    }

    /// <summary>Writes tables and charts where they were asked for, and shows the tables.</summary>
    /// <exception cref="UsageException">One cannot be written.</exception>
    public static void Report(
        EvaluateOptions options,
        IReadOnlyList<TextTable> tables,
        IEnumerable<(string Positions, LineChart Chart)> charts,
        IAnsiConsole output)
    {
        if (options.Markdown is { } markdown)
        {
            OutputFile.Write("--markdown", markdown, string.Join('\n', tables.Select(table => table.ToMarkdown())));
        }

        if (options.Chart is { } chart)
        {
            foreach ((string path, LineChart drawn) in ChartFiles(chart, charts))
            {
                OutputFile.Write("--chart", path, ChartDrawing.Draw(drawn));
            }
        }

        foreach (TextTable table in tables)
        {
            output.Profile.Out.Writer.WriteLine(table.Title);
            output.Write(table.ToConsole());
        }
    }

    /// <summary>The first position mode gets the name that was asked for, a second one has its own added: a.svg, a-compact.svg.</summary>
    public static string ChartBeside(string path, string positions) => Path.Combine(
        Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}-{positions}{Path.GetExtension(path)}");

    private static IEnumerable<(string Path, LineChart Chart)> ChartFiles(
        string path, IEnumerable<(string Positions, LineChart Chart)> charts) =>
        charts.Select((mode, index) => (index == 0 ? path : ChartBeside(path, mode.Positions), mode.Chart));
}
