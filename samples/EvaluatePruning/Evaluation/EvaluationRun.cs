namespace ZooPrune.Samples;

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

    /// <summary>How answers are scored.</summary>
    public AnswerMeasure Measure => AnswerMeasure.Of(Questions.Format);
}
