namespace ZooPrune.Samples;

/// <summary>The whole evaluation in figures.</summary>
/// <param name="Run">What was asked of which model.</param>
/// <param name="Images">Images that were answered about.</param>
/// <param name="Questions">Questions about them.</param>
/// <param name="Errors">What kept other images from being used.</param>
/// <param name="Preprocess">Mean milliseconds from file to pixel values.</param>
/// <param name="Encode">Mean milliseconds from pixel values to visual tokens.</param>
/// <param name="Scores">One a setting, all tokens first.</param>
internal sealed record EvaluationResult(
    EvaluationRun Run,
    int Images,
    int Questions,
    IReadOnlyList<string> Errors,
    double Preprocess,
    double Encode,
    IReadOnlyList<Score> Scores)
{
    /// <summary>All tokens.</summary>
    public Score Full => Scores[0];

    /// <summary>Sums up; null if no image could be used.</summary>
    public static EvaluationResult? Of(EvaluationRun run, IReadOnlyList<ImageResult> images)
    {
        ImageResult[] used = [.. images.Where(image => image.Error is null)];
        if (used.Length == 0)
        {
            return null;
        }

        Tally[] full = [.. used.Select(image => image.Tallies[0])];
        return new EvaluationResult(
            run,
            used.Length,
            full.Sum(tally => tally.Questions),
            [.. images.Select(image => image.Error).OfType<string>()],
            used.Average(image => image.Preprocess),
            used.Average(image => image.Encode),
            [.. run.Settings.Select((setting, index) => Score.Of(setting, [.. used.Select(image => image.Tallies[index])], full))]);
    }
}
