using System.Globalization;
using Spectre.Console;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Samples;

/// <summary>The table of answers: two lines a question, all tokens first; one line if both failed for the same reason.</summary>
internal static class AnswerTable
{
    /// <summary>Builds the table.</summary>
    public static Table Create(IReadOnlyList<QuestionResult> results)
    {
        Table table = new Table { Border = TableBorder.Simple }
            .AddColumns("image", "question", "expected", "answer")
            .AddColumn(new TableColumn("tokens kept").RightAligned().NoWrap());
        foreach (string stage in (string[])["encode ms", "prune ms", "prefill ms", "decode ms"])
        {
            table.AddColumn(new TableColumn(stage).RightAligned().NoWrap());
        }

        foreach (QuestionResult result in results)
        {
            Question question = result.Question;
            AddLine(table, [question.Image, question.Text, question.Expected ?? ""], question.Expected, result.Full);
            if (result.Full.Error is null || result.Full.Error != result.Pruned.Error)
            {
                AddLine(table, ["", "", ""], question.Expected, result.Pruned);
            }
        }

        return table;
    }

    private static void AddLine(Table table, string[] question, string? expected, GivenAnswer answer)
    {
        StageMilliseconds time = answer.Milliseconds;
        bool wrong = answer.Error is not null || (expected is not null && !ExactMatch.Holds(answer.Text, expected));
        table.AddRow(
            new Cell(question[0]),
            new Cell(question[1]),
            new Cell(question[2]),
            new Cell(answer.Text, wrong ? new Style(Color.Red) : Style.Plain),
            new Cell(answer.Error is null ? $"{answer.Kept} of {answer.Total}" : "-"),
            Time(answer, time.Encode),
            Time(answer, time.Prune),
            Time(answer, time.Prefill),
            Time(answer, time.Decode));
    }

    private static Cell Time(GivenAnswer answer, double? milliseconds) =>
        new(answer.Error is null ? Milliseconds(milliseconds) : "-");

    /// <summary>Milliseconds with one decimal, or "-" where they were not measured.</summary>
    internal static string Milliseconds(double? milliseconds) => milliseconds?.ToString("N1", CultureInfo.InvariantCulture) ?? "-";
}

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
