using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The result as tables: every method against every budget, kinds of questions, yes and no, times.</summary>
internal static class EvaluationTables
{
    private static readonly string[] Cognition = ["commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning"];

    /// <summary>All tables, in the order in which they are shown.</summary>
    public static IReadOnlyList<TextTable> Create(EvaluationResult result)
    {
        List<TextTable> tables = [];
        string measure = result.Run.Measure.Name;
        foreach (IGrouping<PositionMode, Score> mode in result.Scores.Skip(1).GroupBy(score => score.Setting.Positions))
        {
            string positions = Names.Positions.NameOf(mode.Key);
            tables.Add(Matrix(
                $"{measure} in % with 95 % intervals, positions {positions}; all tokens: {WithInterval(result.Full.Accuracy)}",
                mode,
                score => WithInterval(score.Accuracy)));
            if (result.Scores.Any(score => Math.Abs(score.OtherAccuracy - score.Accuracy.Value) > 1e-9))
            {
                string other = AnswerMeasure.Rules.NameOf(
                    result.Run.Rule == ScoringRule.Official ? ScoringRule.Sensible : ScoringRule.Official);
                tables.Add(Matrix(
                    $"{measure} in %, {other} reading, positions {positions}; all tokens: {Percent(result.Full.OtherAccuracy)}",
                    mode,
                    score => Percent(score.OtherAccuracy)));
            }

            tables.Add(Matrix(
                $"Kept share of the full accuracy in %, with 95 % intervals, positions {positions}",
                mode,
                score => WithInterval(score.KeptAccuracy)));
            tables.Add(Matrix(
                $"Agreement with the unpruned answer in %, with 95 % intervals, positions {positions}",
                mode,
                score => WithInterval(score.Agreement)));
            if (result.Full.YesNo.Total > 0)
            {
                tables.Add(Matrix(
                    $"F1 of yes in %, {result.Full.YesNo.Total:N0} questions that expect yes or no, positions {positions}; "
                        + $"all tokens: {Percent(result.Full.YesNo.F1)}",
                    mode,
                    score => Percent(score.YesNo.F1)));
            }

            if (result.Full.Kinds.Count > 1)
            {
                tables.Add(Kinds(
                    result, $"{measure} in % by kind of question, {mode.First().Setting.Method}, positions {positions}", mode));
            }
        }

        if (result.Full.YesNo.Total > 0)
        {
            tables.Add(YesNo(result));
        }

        if (result.Run.Questions.Format == QuestionFormat.Mme)
        {
            tables.Add(Mme(result));
        }

        tables.Add(Times(result));
        return tables;
    }

    private static TextTable Matrix(string title, IEnumerable<Score> scores, Func<Score, string> cell) => new(
        title,
        ["method", .. scores.Select(score => score.Setting.Keep).Distinct().Select(keep => $"keep {keep}")],
        [.. scores.GroupBy(score => score.Setting.Method).Select(method => (string[])[method.Key, .. method.Select(cell)])]);

    private static TextTable Kinds(EvaluationResult result, string title, IEnumerable<Score> scores)
    {
        Score[] shown = [.. scores.GroupBy(score => score.Setting.Method).First()];
        return new TextTable(
            title,
            ["kind", "questions", "all tokens", .. shown.Select(score => $"keep {score.Setting.Keep}")],
            [
                .. result.Full.Kinds.Select(kind => (string[])
                [
                    kind.Key.Length == 0 ? "(none)" : kind.Key,
                    kind.Value.Questions.ToString("N0", CultureInfo.InvariantCulture),
                    Percent(kind.Value.Accuracy),
                    .. shown.Select(score => Percent(score.Kinds[kind.Key].Accuracy)),
                ]),
            ]);
    }

    private static TextTable YesNo(EvaluationResult result) => new(
        "Questions that expect yes or no, in %, read as POPE does",
        ["method", "keep", "positions", "precision", "recall", "F1", "said yes"],
        [
            .. result.Scores.Select(score => (string[])
            [
                .. Setting(score),
                Percent(score.YesNo.Precision),
                Percent(score.YesNo.Recall),
                Percent(score.YesNo.F1),
                Percent(score.YesNo.YesShare),
            ]),
        ]);

    /// <summary>MME's own sums: 100 times the share of right answers and of images with both right, over the categories of a
    /// part.</summary>
    private static TextTable Mme(EvaluationResult result) => new(
        "MME: sums over categories of accuracy and accuracy+, 200 each",
        ["method", "keep", "positions", "perception", "cognition"],
        [
            .. result.Scores.Select(score => (string[])
            [
                .. Setting(score),
                Sum(score, isCognition: false),
                Sum(score, isCognition: true),
            ]),
        ]);

    private static string Sum(Score score, bool isCognition) => score.Kinds
        .Where(kind => Cognition.Contains(kind.Key) == isCognition)
        .Sum(kind => 100 * (kind.Value.Accuracy + score.WholeImages[kind.Key]))
        .ToString("F1", CultureInfo.InvariantCulture);

    private static TextTable Times(EvaluationResult result) => new(
        $"Visual tokens read and mean milliseconds a question, {result.Run.Workers} images at a time, one thread each; preprocess "
        + $"{Milliseconds(result.Preprocess)}; own work is encode and prune less those with all tokens",
        ["method", "keep", "positions", "tokens", "encode", "prune", "own work", "prefill", "decode"],
        [
            .. result.Scores.Select(score => (string[])
            [
                .. Setting(score),
                score.Cost.Tokens.ToString("0.#", CultureInfo.InvariantCulture),
                Milliseconds(score.Cost.Encode),
                Milliseconds(score.Cost.Prune),
                Milliseconds(score.Cost.BeforeReading - result.Full.Cost.BeforeReading),
                Milliseconds(score.Cost.Prefill),
                Milliseconds(score.Cost.Decode),
            ]),
        ]);

    private static string[] Setting(Score score) =>
    [
        score.Setting.Method,
        score.Setting.Keep?.ToString() ?? "-",
        score.Setting.Keep is null ? "-" : Names.Positions.NameOf(score.Setting.Positions),
    ];

    private static string WithInterval(Estimate? estimate) => estimate?.Interval is { } interval
        ? $"{Percent(estimate.Value)} [{Percent(interval.Low)}, {Percent(interval.High)}]"
        : Percent(estimate?.Value);

    private static string Percent(double? share) => share is { } value ? (100 * value).ToString("F1", CultureInfo.InvariantCulture) : "-";

    private static string Milliseconds(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
