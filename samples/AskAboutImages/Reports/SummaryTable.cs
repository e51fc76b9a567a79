using System.Globalization;
using Spectre.Console;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Samples;

/// <summary>Accuracy and mean times, all tokens and budget side by side.</summary>
internal static class SummaryTable
{
    /// <summary>Builds the table.</summary>
    /// <param name="full">The run with all tokens.</param>
    /// <param name="pruned">The run with the budget.</param>
    /// <param name="budget">What the budget's column is called.</param>
    public static Table Create(Summary full, Summary pruned, string budget)
    {
        Table table = new Table { Border = TableBorder.Simple }
            .AddColumn("")
            .AddColumn(new TableColumn("all tokens").RightAligned())
            .AddColumn(new TableColumn(Markup.Escape(budget)).RightAligned());

        AddRow(table, "exact answers", Percent(full.Accuracy), Percent(pruned.Accuracy));
        AddTimes(table, "preprocess ms", full, pruned, mean => mean.Preprocess);
        AddTimes(table, "encode ms", full, pruned, mean => mean.Encode);
        AddTimes(table, "prune ms", full, pruned, mean => mean.Prune);
        AddTimes(table, "prefill ms", full, pruned, mean => mean.Prefill);
        AddTimes(table, "decode ms", full, pruned, mean => mean.Decode);
        AddTimes(table, "together ms", full, pruned, mean => mean.Total);
        return table;
    }

    private static void AddTimes(Table table, string name, Summary full, Summary pruned, Func<StageMilliseconds, double?> stage) =>
        AddRow(table, name, Time(full, stage), Time(pruned, stage));

    private static void AddRow(Table table, string name, string full, string pruned) =>
        table.AddRow(new Cell(name), new Cell(full), new Cell(pruned));

    private static string Time(Summary summary, Func<StageMilliseconds, double?> stage) =>
        AnswerTable.Milliseconds(summary.Mean is { } mean ? stage(mean) : null);

    private static string Percent(double? share) =>
        share is { } value ? (100 * value).ToString("N1", CultureInfo.InvariantCulture) + " %" : "-";
}
