namespace ZooPrune.Onnx;

/// <summary>How an answer is continued: greedily, the most probable token each time.</summary>
/// <param name="MaxNewTokens">Most tokens that are generated, &gt;= 1; the end token counts.</param>
/// <param name="EndTokenIds">Ids that end the answer.</param>
internal sealed record SamplingOptions(int MaxNewTokens, IReadOnlyList<int> EndTokenIds)
{
    /// <summary>The id of the largest logit; of equal ones the first.</summary>
    /// <exception cref="ZooPruneException">A logit is NaN.</exception>
    public static int Choose(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (float.IsNaN(logits[id]))
            {
                throw Throw.LogitsNotFinite(id);
            }

            if (logits[id] > logits[best])
            {
                best = id;
            }
        }

        return best;
    }
}
