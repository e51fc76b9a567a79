namespace ZooPrune.Samples;

/// <summary>One image in figures.</summary>
/// <param name="Preprocess">Milliseconds from file to pixel values.</param>
/// <param name="Encode">Milliseconds from pixel values to visual tokens.</param>
/// <param name="Tallies">One entry a setting, in the order of the run; empty if the image failed.</param>
/// <param name="Error">Why the image failed; null = it did not.</param>
internal sealed record ImageResult(double Preprocess, double Encode, IReadOnlyList<Tally> Tallies, string? Error = null)
{
    /// <summary>Counts what was answered.</summary>
    /// <param name="answers">The answers; all tokens first.</param>
    /// <param name="questions">The questions about the image, in the order of the answers.</param>
    /// <param name="measure">How an answer is scored.</param>
    public static ImageResult Of(ImageAnswers answers, IReadOnlyList<ReferenceQuestion> questions, AnswerMeasure measure)
    {
        IReadOnlyList<string> unpruned = answers.Settings[0].Texts[0];
        return new ImageResult(
            answers.Preprocess,
            answers.Encode,
            [.. answers.Settings.Select(setting => Tally.Of(setting, unpruned, questions, measure))]);
    }
}
