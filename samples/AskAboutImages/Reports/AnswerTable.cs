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
