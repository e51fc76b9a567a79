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

    /// <summary>A chart of accuracies.</summary>
    /// <param name="measure">What accuracy means.</param>
    /// <param name="subtitle">Of what.</param>
    /// <param name="bands">What the bands show.</param>
    /// <param name="visualTokens">N.</param>
    /// <param name="full">The accuracy with all tokens.</param>
    /// <param name="methods">Points of each method. Budgets that come to the same number of tokens are one point.</param>
    public static LineChart Of(
        string measure,
        string subtitle,
        string bands,
        int visualTokens,
        ChartPoint full,
        IEnumerable<(string Name, IEnumerable<ChartPoint> Points)> methods)
    {
        ChartLine[] lines =
        [
            .. methods.Select(method => new ChartLine(
                method.Name, [.. method.Points.DistinctBy(point => point.X).OrderByDescending(point => point.X)])),
        ];
        string fewest = LineChart.Number(lines.Min(line => line.Points[^1].X));
        return new LineChart(
            $"{measure} by number of visual tokens kept",
            subtitle,
            $"visual tokens kept of {LineChart.Number(visualTokens)}, and their share",
            lines)
        {
            Level = new ChartLine("all tokens", [full]),
            BandNote = bands,
            Note = $"Dashed: all tokens. Right: % with all and with {fewest} tokens.",
            IsLargestFirst = true,
            IsPercent = true,
            XText = kept => $"{kept} tokens",
            XShare = kept => (100 * kept / visualTokens).ToString(
                kept >= 0.1 * visualTokens ? "0' %'" : "0.0' %'", CultureInfo.InvariantCulture),
        };
    }

    private static LineChart Of(EvaluationResult result, string positions, IEnumerable<Score> scores)
    {
        int all = result.Run.VisualTokens;
        string questions = string.Create(
            CultureInfo.InvariantCulture, $"{result.Questions:N0} questions about {result.Images:N0} images ({QuestionsName(result)})");
        return Of(
            result.Run.Measure.Name,
            $"{result.Run.ModelName}, {questions}, positions {positions}",
            "Bands: 95 % intervals over images.",
            all,
            PointOf(all, result.Full.Accuracy),
            scores.GroupBy(score => score.Setting.Method).Select(method => (
                method.Key, method.Select(score => PointOf(score.Setting.Keep!.Value.Resolve(all), score.Accuracy)))));
    }

    private static ChartPoint PointOf(int kept, Estimate accuracy) =>
        new(kept, accuracy.Value, accuracy.Interval is { } interval ? (interval.Low, interval.High) : null);

    // "questions.jsonl" alone says little: the folder it lies in goes with it.
    private static string QuestionsName(EvaluationResult result)
    {
        string path = Path.GetFullPath(result.Run.Questions.Files[0]);
        return $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
    }
}
