namespace ZooPrune.Samples;

/// <summary>
/// Sums over the questions about one image in one setting. Where a method is repeated with several seeds each repetition counts for its
/// share, so that the sums need not be whole.
/// </summary>
/// <param name="Questions">How many questions there are.</param>
/// <param name="Correct">Sum of the scores.</param>
/// <param name="Same">Answers that are the unpruned answer, word for word.</param>
/// <param name="YesNo">The questions that expect yes or no.</param>
/// <param name="Kinds">Questions and sum of scores of each kind.</param>
/// <param name="Cost">Sum of what they cost.</param>
internal sealed record Tally(
    int Questions,
    double Correct,
    double Same,
    YesNoCounts YesNo,
    IReadOnlyDictionary<string, (int Questions, double Correct)> Kinds,
    Cost Cost)
{
    /// <summary>Sum of the scores by the other rule, official or sensible.</summary>
    public double OtherCorrect { get; init; }

    /// <summary>Counts one image in one setting.</summary>
    /// <param name="answers">The answers in that setting.</param>
    /// <param name="unpruned">The answers with all tokens, one a question.</param>
    /// <param name="questions">The questions, in the same order.</param>
    /// <param name="measure">How an answer is scored.</param>
    public static Tally Of(
        SettingAnswers answers, IReadOnlyList<string> unpruned, IReadOnlyList<ReferenceQuestion> questions, AnswerMeasure measure)
    {
        double share = 1.0 / answers.Texts.Count;
        double correct = 0;
        double otherCorrect = 0;
        double same = 0;
        YesNoCounts yesNo = default;
        Dictionary<string, (int Questions, double Correct)> kinds = new(StringComparer.Ordinal);
        for (int index = 0; index < questions.Count; index++)
        {
            ReferenceQuestion question = questions[index];
            double score = 0;
            foreach (IReadOnlyList<string> texts in answers.Texts)
            {
                score += share * measure.Score(texts[index], question);
                otherCorrect += share * measure.OtherScore(texts[index], question);
                same += ExactMatch.Holds(texts[index], unpruned[index]) ? share : 0;
                if (question.ExpectsYes is { } expectsYes && measure.ReadsYes(texts[index]) is { } saidYes)
                {
                    yesNo = yesNo.With(expectsYes, saidYes, share);
                }
            }

            correct += score;
            (int count, double kindCorrect) = kinds.GetValueOrDefault(question.Kind);
            kinds[question.Kind] = (count + 1, kindCorrect + score);
        }

        return new Tally(
            questions.Count,
            correct,
            same,
            yesNo,
            kinds,
            questions.Count * answers.Cost)
        {
            OtherCorrect = otherCorrect,
        };
    }
}

/// <summary>One image in figures.</summary>
/// <param name="Preprocess">Milliseconds from file to pixel values.</param>
/// <param name="Tallies">One entry a setting, in the order of the run; empty if the image failed.</param>
/// <param name="Error">Why the image failed; null = it did not.</param>
internal sealed record ImageResult(double Preprocess, IReadOnlyList<Tally> Tallies, string? Error = null)
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
            [.. answers.Settings.Select(setting => Tally.Of(setting, unpruned, questions, measure))]);
    }
}
