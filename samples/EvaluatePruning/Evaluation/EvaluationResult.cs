namespace ZooPrune.Samples;

/// <summary>The whole evaluation in figures.</summary>
/// <param name="Run">What was asked of which model.</param>
/// <param name="Images">Images that were answered about.</param>
/// <param name="Questions">Questions about them.</param>
/// <param name="Errors">What kept other images from being used.</param>
/// <param name="Preprocess">Mean milliseconds from file to pixel values.</param>
/// <param name="Scores">One a setting, all tokens first.</param>
internal sealed record EvaluationResult(
    EvaluationRun Run,
    int Images,
    int Questions,
    IReadOnlyList<string> Errors,
    double Preprocess,
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
            [.. run.Settings.Select((setting, index) => Score.Of(setting, [.. used.Select(image => image.Tallies[index])], full))]);
    }
}

/// <summary>What an evaluation is about: the headings of its reports.</summary>
/// <param name="Model">The model folder.</param>
/// <param name="VisualTokens">N, the visual tokens of one image; their median where it depends on the picture.</param>
/// <param name="Questions">The questions and how they are scored.</param>
/// <param name="Settings">Every setting, all tokens first.</param>
/// <param name="Workers">Images worked on at a time; times are those of one thread among so many.</param>
internal sealed record EvaluationRun(
    string Model, int VisualTokens, QuestionSet Questions, IReadOnlyList<Setting> Settings, int Workers)
{
    /// <summary>The model's name: that of its folder.</summary>
    public string ModelName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Model)));

    /// <summary>Whose reading of answers counts.</summary>
    public ScoringRule Rule { get; init; }

    /// <summary>How answers are scored.</summary>
    public AnswerMeasure Measure => AnswerMeasure.Of(Questions.Format, Rule);
}
