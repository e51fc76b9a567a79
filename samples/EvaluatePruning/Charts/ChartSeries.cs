namespace ZooPrune.Samples;

/// <summary>One line of a chart.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Points">From most tokens to fewest.</param>
internal sealed record ChartSeries(string Method, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>The line of a method. Budgets that come to the same number of tokens are one point.</summary>
    public static ChartSeries Of(string method, IEnumerable<Score> scores, int visualTokens) => new(
        method,
        [
            .. scores.Select(score => new ChartPoint(score.Setting.Keep!.Value.Resolve(visualTokens), score.Accuracy))
                .DistinctBy(point => point.Kept)
                .OrderByDescending(point => point.Kept),
        ]);
}

/// <summary>One point of a line.</summary>
/// <param name="Kept">K, the tokens kept.</param>
/// <param name="Accuracy">The accuracy, 0 to 1.</param>
internal readonly record struct ChartPoint(int Kept, Estimate Accuracy);
