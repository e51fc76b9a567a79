namespace ZooPrune.Samples;

/// <summary>What the page gets: the same question with the budget and with all tokens.</summary>
/// <param name="Pruned">With the budget.</param>
/// <param name="Unpruned">With all visual tokens.</param>
/// <param name="KeptIndices">The tokens that were kept, ascending, numbered row by row over the central square of the picture.</param>
/// <param name="VisualTokenCount">N, before pruning.</param>
internal sealed record AnswerResponse(AnswerResponse.Run Pruned, AnswerResponse.Run Unpruned, IReadOnlyList<int> KeptIndices, int VisualTokenCount)
{
    public static AnswerResponse Of(ShapesVqa.ModelOutput pruned, ShapesVqa.ModelOutput unpruned) =>
        new(Run.Of(pruned), Run.Of(unpruned), pruned.KeptIndices, pruned.VisualTokenCount);

    /// <summary>One way through the pipeline.</summary>
    internal sealed record Run(string Answer, string Note, int KeptTokenCount, Times Milliseconds)
    {
        public static Run Of(ShapesVqa.ModelOutput output) => new(
            output.Answer,
            output.Note,
            output.KeptIndices.Length,
            new Times(
                output.PreprocessMilliseconds,
                output.EncodeMilliseconds,
                output.PruneMilliseconds,
                output.PrefillMilliseconds,
                output.DecodeMilliseconds));
    }

    /// <summary>Milliseconds of each stage.</summary>
    internal sealed record Times(float Preprocess, float Encode, float Prune, float Prefill, float Decode);
}
