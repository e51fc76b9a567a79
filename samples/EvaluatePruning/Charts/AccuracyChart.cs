using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>What a chart shows: accuracy against budget, one line a method, in one position mode.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Subtitle">Of which model, over which questions.</param>
/// <param name="Positions">The position mode's name.</param>
/// <param name="VisualTokens">N, all tokens of one image.</param>
/// <param name="Full">The accuracy with all of them.</param>
/// <param name="Series">At least one, each with at least one point.</param>
internal sealed record AccuracyChart(
    string Title, string Subtitle, string Positions, int VisualTokens, Estimate Full, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>One chart a position mode, in the order of the run.</summary>
    public static IEnumerable<AccuracyChart> Of(EvaluationResult result) =>
        from mode in result.Scores.Skip(1).GroupBy(score => score.Setting.Positions)
        let positions = Names.Positions.NameOf(mode.Key)
        select new AccuracyChart(
            $"{result.Run.Measure.Name} by number of visual tokens kept",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Run.ModelName}, {result.Questions:N0} questions about {result.Images:N0} images ({QuestionsName(result)}), positions {positions}"),
            positions,
            result.Run.VisualTokens,
            result.Full.Accuracy,
            [.. mode.GroupBy(score => score.Setting.Method).Select(method => ChartSeries.Of(method.Key, method, result.Run.VisualTokens))]);

    // "questions.jsonl" alone says little: the folder it lies in goes with it.
    private static string QuestionsName(EvaluationResult result)
    {
        string path = Path.GetFullPath(result.Run.Questions.Files[0]);
        return $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
    }
}
