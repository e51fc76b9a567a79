namespace ZooPrune.Samples;

/// <summary>The whole evaluation in figures.</summary>
/// <param name="Model">The model folder.</param>
/// <param name="QuestionsFile">The questions file.</param>
/// <param name="Images">Images that were answered about.</param>
/// <param name="Questions">Questions about them.</param>
/// <param name="Errors">What kept other images from being used.</param>
/// <param name="Workers">Images worked on at a time; times are those of one thread among so many.</param>
/// <param name="Preprocess">Mean milliseconds from file to pixel values.</param>
/// <param name="Encode">Mean milliseconds from pixel values to visual tokens.</param>
/// <param name="Scores">One a setting, all tokens first.</param>
internal sealed record EvaluationResult(
    string Model,
    string QuestionsFile,
    int Images,
    int Questions,
    IReadOnlyList<string> Errors,
    int Workers,
    double Preprocess,
    double Encode,
    IReadOnlyList<Score> Scores)
{
    /// <summary>All tokens.</summary>
    public Score Full => Scores[0];

    /// <summary>Sums up; null if no image could be used.</summary>
    public static EvaluationResult? Of(
        string model, string questionsFile, int workers, IReadOnlyList<Setting> settings, IReadOnlyList<ImageOutcomes> images)
    {
        ImageOutcomes[] used = [.. images.Where(image => image.Error is null)];
        return used.Length == 0
            ? null
            : new EvaluationResult(
                model,
                questionsFile,
                used.Length,
                used.Sum(image => image.Outcomes[Setting.Full].Count),
                [.. images.Select(image => image.Error).OfType<string>()],
                workers,
                used.Average(image => image.Preprocess),
                used.Average(image => image.Encode),
                [.. settings.Select(setting => Score.Of(setting, [.. used.SelectMany(image => image.Outcomes[setting])]))]);
    }
}
