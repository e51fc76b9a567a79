namespace ZooPrune.Samples;

/// <summary>What the pipeline said to one question.</summary>
/// <param name="Text">The answer, or "error: ..." where there is an <paramref name="Error"/>.</param>
/// <param name="Error">Why there is no answer; null = there is one.</param>
/// <param name="Notes">What should be known about it; usually nothing.</param>
/// <param name="Total">What the language model would read of the image without pruning.</param>
/// <param name="Kept">What it did read.</param>
/// <param name="KeptIndices">[K], ascending; the visual tokens among that.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record GivenAnswer(
    string Text, string? Error, IReadOnlyList<string> Notes, int Total, int Kept, IReadOnlyList<int> KeptIndices, StageMilliseconds Milliseconds)
{
    /// <summary>The answer in a row of the pipeline.</summary>
    public static GivenAnswer FromRow(AnswerRow row) => new(
        row.Answer,
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

    /// <summary>The answer to a question that never reached the pipeline.</summary>
    public static GivenAnswer FromError(string message) =>
        new($"error: {message}", message, [], 0, 0, [], new StageMilliseconds(0, null, 0, 0, 0));
}
