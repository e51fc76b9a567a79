using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The result as tables: accuracy of every method against every budget, kinds of questions, times.</summary>
internal static class EvaluationTables
{
    /// <summary>All tables, in the order in which they are shown.</summary>
    public static IReadOnlyList<TextTable> Create(EvaluationResult result) =>
        [.. Accuracies(result), Kinds(result), Times(result)];

    private static IEnumerable<TextTable> Accuracies(EvaluationResult result)
    {
        KeepBudget[] budgets = [.. result.Scores.Select(score => score.Setting.Keep).OfType<KeepBudget>().Distinct()];
        foreach (IGrouping<PositionMode, Score> mode in result.Scores.Skip(1).GroupBy(score => score.Setting.Positions))
        {
            yield return new TextTable(
                $"Exact answers in % with 95 % intervals, positions {Names.Positions.NameOf(mode.Key)}; "
                + $"all tokens: {Accuracy(result.Full)}",
                ["method", .. budgets.Select(keep => $"keep {keep}")],
                [
                    .. mode.GroupBy(score => score.Setting.Candidate!.Name)
                        .Select(method => (string[])[method.Key, .. method.Select(Accuracy)]),
                ]);
        }
    }

    private static TextTable Kinds(EvaluationResult result) => new(
        "Exact answers by kind of question, all tokens",
        ["kind", "questions", "exact %"],
        [
            .. result.Full.Kinds.Select(kind => (string[])
            [
                kind.Key,
                kind.Value.Questions.ToString("N0", CultureInfo.InvariantCulture),
                Percent(kind.Value.Accuracy),
            ]),
        ]);

    private static TextTable Times(EvaluationResult result) => new(
        $"Mean milliseconds a question, {result.Workers} images at a time, one thread each; "
        + $"preprocess {Milliseconds(result.Preprocess)}, encode {Milliseconds(result.Encode)}",
        ["method", "keep", "positions", "prune", "prefill", "decode"],
        [
            .. result.Scores.Select(score => (string[])
            [
                score.Setting.Candidate?.Name ?? "all tokens",
                score.Setting.Keep?.ToString() ?? "-",
                score.Setting.Keep is null ? "-" : Names.Positions.NameOf(score.Setting.Positions),
                Milliseconds(score.Prune),
                Milliseconds(score.Prefill),
                Milliseconds(score.Decode),
            ]),
        ]);

    private static string Accuracy(Score score) => $"{Percent(score.Accuracy)} [{Percent(score.Low)}, {Percent(score.High)}]";

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
