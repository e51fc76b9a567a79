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

        Write(options, EvaluationTables.Create(result), AccuracyChart.Of(result));
    }

    /// <summary>Writes tables and charts, where they were asked for.</summary>
    /// <exception cref="UsageException">One cannot be written.</exception>
    public static void Write(
        EvaluateOptions options, IEnumerable<TextTable> tables, IEnumerable<(string Positions, LineChart Chart)> charts)
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
    }

    /// <summary>Shows tables.</summary>
    public static void Show(IAnsiConsole output, IEnumerable<TextTable> tables)
    {
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
