using System.Globalization;
using Spectre.Console;
using Cell = Spectre.Console.Text;

namespace ZooPrune.Samples;

/// <summary>The table of answers, 80 columns wide: of each question two lines, all tokens first; one if both failed for the same
/// reason.</summary>
internal static class AnswerTable
{
    /// <summary>Builds the table.</summary>
    public static Table Create(IReadOnlyList<QuestionResult> results)
    {
        Table table = new Table { Border = TableBorder.Simple }
            .AddColumns("question", "expected", "answer")
            .AddColumn(new TableColumn("tokens kept").RightAligned().NoWrap())
            .AddColumn(new TableColumn("ms").RightAligned().NoWrap());
        string? image = null;
        foreach (QuestionResult result in results)
        {
            Question question = result.Question;
            if (question.Image != image)
            {
                image = question.Image;
                table.AddRow(new Cell(image, new Style(decoration: Decoration.Bold)));
            }

            IReadOnlyList<GivenAnswer> answers =
                result.Full.Error is null || result.Full.Error != result.Pruned.Error ? [result.Full, result.Pruned] : [result.Full];
            table.AddRow(
                new Cell(question.Text),
                new Cell(question.Expected ?? ""),
                new Rows(answers.Select(answer => Answer(answer, question.Expected))),
                new Rows(answers.Select(answer => new Cell(answer.Error is null ? $"{answer.Kept} of {answer.Total}" : "-"))),
                new Rows(answers.Select(answer => new Cell(answer.Error is null ? Milliseconds(answer.Milliseconds.Total) : "-"))));
        }

        return table;
    }

    private static Cell Answer(GivenAnswer answer, string? expected)
    {
        bool isWrong = answer.Error is not null || (expected is not null && !ExactMatch.Holds(answer.Text, expected));
        return new Cell(answer.Text, isWrong ? new Style(Color.Red) : Style.Plain);
    }

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
