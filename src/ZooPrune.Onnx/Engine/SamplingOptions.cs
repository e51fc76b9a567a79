namespace ZooPrune.Onnx;

/// <summary>How the next token of an answer is chosen. Immutable.</summary>
/// <remarks>The default is greedy: the most probable token each time. With a <see cref="Temperature"/> above 0 tokens are drawn, and
/// what is drawn depends on the seed and the question alone: the same question about the same image gets the same answer, alone or in
/// a batch, in any order and on any thread.</remarks>
public sealed record SamplingOptions
{
    /// <summary>What the logits are divided by, &gt;= 0. 0 (the default): no drawing, the largest logit wins, of equal ones the
    /// first.</summary>
    public float Temperature { get; init; }

    /// <summary>Only the k largest logits take part, &gt;= 0; 0 (the default) for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens that together reach this probability take part, in (0, 1]; 1 (the default) for all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Seeds the drawing. Any value.</summary>
    public int Seed { get; init; }

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Validate()
    {
        if (!(Temperature >= 0 && float.IsFinite(Temperature)))
        {
            throw Throw.SamplingOutOfRange(nameof(Temperature), Temperature, "0 (greedy) or a number above");
        }

        if (TopK < 0)
        {
            throw Throw.SamplingOutOfRange(nameof(TopK), TopK, "0 (all tokens) or the number of tokens");
        }

        if (!(TopP is > 0 and <= 1))
        {
            throw Throw.SamplingOutOfRange(nameof(TopP), TopP, "above 0 and at most 1");
        }
    }
}
