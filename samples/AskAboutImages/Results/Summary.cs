namespace ZooPrune.Samples;

/// <summary>One run over all questions, in figures.</summary>
/// <param name="Accuracy">
/// Share of exact answers, 0..1, among the questions whose right answer is known; a question that failed counts as wrong. Null if none
/// is known.
/// </param>
/// <param name="Mean">Mean times of the questions that were answered; null if none was.</param>
internal sealed record Summary(double? Accuracy, StageMilliseconds? Mean)
{
    /// <summary>Sums up the run that <paramref name="run"/> picks from each result.</summary>
    public static Summary Of(IReadOnlyList<QuestionResult> results, Func<QuestionResult, GivenAnswer> run)
    {
        QuestionResult[] known = [.. results.Where(result => result.Question.Expected is not null)];
        int exact = known.Count(result => IsExact(run(result), result.Question.Expected!));
        IEnumerable<GivenAnswer> answered = results.Select(run).Where(answer => answer.Error is null);
        return new Summary(
            known.Length > 0 ? (double)exact / known.Length : null,
            StageMilliseconds.Mean([.. answered.Select(answer => answer.Milliseconds)]));
    }

    private static bool IsExact(GivenAnswer answer, string expected) => answer.Error is null && ExactMatch.Holds(answer.Text, expected);
}
