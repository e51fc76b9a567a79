using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>The charts of an evaluation: accuracy against budget, one line a method.</summary>
internal static class AccuracyChart
{
    /// <summary>One chart a position mode, with the mode's name, in the order of the run.</summary>
    public static IEnumerable<(string Positions, LineChart Chart)> Of(EvaluationResult result) =>
        from mode in result.Scores.Skip(1).GroupBy(score => score.Setting.Positions)
        let positions = Names.Positions.NameOf(mode.Key)
        select (positions, Of(result, positions, mode));

    private static LineChart Of(EvaluationResult result, string positions, IEnumerable<Score> scores)
    {
        int all = result.Run.VisualTokens;
        ChartLine[] lines = [.. scores.GroupBy(score => score.Setting.Method).Select(method => LineOf(method.Key, method, all))];
        string fewest = LineChart.Number(lines.Min(line => line.Points[^1].X));
        string questions = string.Create(
            CultureInfo.InvariantCulture, $"{result.Questions:N0} questions about {result.Images:N0} images ({QuestionsName(result)})");
        return new LineChart(
            $"{result.Run.Measure.Name} by number of visual tokens kept",
            $"{result.Run.ModelName}, {questions}, positions {positions}",
            $"visual tokens kept of {LineChart.Number(all)}, and their share",
            lines)
        {
            Level = new ChartLine("all tokens", [PointOf(all, result.Full.Accuracy)]),
            Note = $"Bands: 95 % intervals over images. Dashed: all tokens. Right: % with all and with {fewest} tokens.",
            IsLargestFirst = true,
            IsPercent = true,
            XText = kept => $"{kept} tokens",
            XShare = kept => (100 * kept / all).ToString(kept >= 0.1 * all ? "0' %'" : "0.0' %'", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The line of a method. Budgets that come to the same number of tokens are one point.</summary>
    private static ChartLine LineOf(string method, IEnumerable<Score> scores, int visualTokens) => new(
        method,
        [
            .. scores.Select(score => PointOf(score.Setting.Keep!.Value.Resolve(visualTokens), score.Accuracy))
                .DistinctBy(point => point.X)
                .OrderByDescending(point => point.X),
        ]);

    private static ChartPoint PointOf(int kept, Estimate accuracy) =>
        new(kept, accuracy.Value, accuracy.Interval is { } interval ? (interval.Low, interval.High) : null);

    // "questions.jsonl" alone says little: the folder it lies in goes with it.
    private static string QuestionsName(EvaluationResult result)
    {
        string path = Path.GetFullPath(result.Run.Questions.Files[0]);
        return $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
    }
}
