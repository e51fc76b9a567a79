namespace ZooPrune.Samples;

/// <summary>A question and both answers to it.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Full">The answer from all visual tokens.</param>
/// <param name="Pruned">The answer from those that the budget keeps.</param>
internal sealed record QuestionResult(Question Question, GivenAnswer Full, GivenAnswer Pruned)
{
    /// <summary>Why the question has no answer; null = it has both.</summary>
    public string? Error => Full.Error ?? Pruned.Error;
}

/// <summary>What the pipeline said to one question.</summary>
/// <param name="Text">The answer, or "error: ..." where there is an <paramref name="Error"/>.</param>
/// <param name="Error">Why there is no answer; null = there is one.</param>
/// <param name="Notes">What should be known about it; usually nothing.</param>
/// <param name="Total">What the language model would read of the image without pruning.</param>
/// <param name="Kept">What it did read.</param>
/// <param name="KeptIndices">[K], ascending; the visual tokens among that.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record GivenAnswer(
    string Text,
    string? Error,
    IReadOnlyList<string> Notes,
    int Total,
    int Kept,
    IReadOnlyList<int> KeptIndices,
    StageMilliseconds Milliseconds)
{
    /// <summary>The answer in a row of the pipeline.</summary>
    public static GivenAnswer FromRow(AnswerRow row) => new(
        row.Error.Length > 0 ? $"error: {row.Error}" : row.Answer,
        row.Error.Length > 0 ? row.Error : null,
        row.Note.Split("; ", StringSplitOptions.RemoveEmptyEntries),
        row.VisualTokenCount,
        row.KeptTokenCount,
        row.KeptIndices,
        new StageMilliseconds(
            row.PreprocessMilliseconds,
            float.IsNaN(row.EncodeMilliseconds) ? null : row.EncodeMilliseconds,
            row.PruneMilliseconds,
            row.PrefillMilliseconds,
            row.DecodeMilliseconds).Rounded());
}

/// <summary>How long each stage took for one question, or on average for many.</summary>
/// <param name="Preprocess">Image file to pixel values.</param>
/// <param name="Encode">Pixel values to visual tokens; null where it was not measured.</param>
/// <param name="Prune">Projection, sensitivity, selection.</param>
/// <param name="Prefill">First pass of the language model.</param>
/// <param name="Decode">All further words.</param>
internal sealed record StageMilliseconds(double Preprocess, double? Encode, double Prune, double Prefill, double Decode)
{
    private const int Decimals = 3;

    /// <summary>All stages together; null where one was not measured.</summary>
    public double? Total => Encode is { } encode ? Math.Round(Preprocess + encode + Prune + Prefill + Decode, Decimals) : null;

    /// <summary>The same to the microsecond, which is finer than any of them repeats.</summary>
    public StageMilliseconds Rounded() => new(
        Math.Round(Preprocess, Decimals),
        Encode is { } encode ? Math.Round(encode, Decimals) : null,
        Math.Round(Prune, Decimals),
        Math.Round(Prefill, Decimals),
        Math.Round(Decode, Decimals));

    /// <summary>The mean of each stage; null if there is nothing to average.</summary>
    public static StageMilliseconds? Mean(IReadOnlyCollection<StageMilliseconds> times) => times.Count == 0
        ? null
        : new StageMilliseconds(
            times.Average(time => time.Preprocess),
            times.Any(time => time.Encode is null) ? null : times.Average(time => time.Encode),
            times.Average(time => time.Prune),
            times.Average(time => time.Prefill),
            times.Average(time => time.Decode)).Rounded();
}

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
