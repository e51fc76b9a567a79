namespace ZooPrune;

/// <summary>What a selection wants to know of the inside of the vision encoder.</summary>
[Flags]
public enum AttentionParts
{
    /// <summary>Nothing: tokens alone.</summary>
    None = 0,

    /// <summary><see cref="EncoderAttention.LastLayer"/>.</summary>
    LastLayer = 1,

    /// <summary><see cref="EncoderAttention.FirstLayer"/>.</summary>
    FirstLayer = 2,

    /// <summary><see cref="EncoderAttention.Joined"/>.</summary>
    Joined = 4,

    /// <summary><see cref="EncoderAttention.Keys"/>.</summary>
    Keys = 8,
}

/// <summary>What the vision encoder's attention says about each visual token, over all tiles. Immutable; nothing is copied.</summary>
/// <remarks>
/// "Last" is the layer that the visual tokens come out of: layer L-2 of L for LLaVA. Where the encoder has no class token, a token's
/// attention is what it receives from all tokens, the mean over heads and the sum over queries.
/// </remarks>
public sealed class EncoderAttention
{
    private float[]? _meanKeys;

    /// <summary>Joins what is known about N tokens; parts that no method of the caller's uses may be left out.</summary>
    /// <param name="lastLayer">[N]; &gt;= 0, finite: the class token's attention to each token in the last layer, mean over heads.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lastLayer"/> is empty.</exception>
    public EncoderAttention(ReadOnlyMemory<float> lastLayer)
    {
        LastLayer = lastLayer.IsEmpty ? throw Throw.NoTokens(0, nameof(lastLayer)) : lastLayer;
    }

    /// <summary>N.</summary>
    public int TokenCount => LastLayer.Length;

    /// <summary>[N]; the class token's attention to each token in the last layer, mean over heads.</summary>
    public ReadOnlyMemory<float> LastLayer { get; }

    /// <summary>[N]; the same in the first layer. Empty where it was not read.</summary>
    public ReadOnlyMemory<float> FirstLayer { get; init; }

    /// <summary>[N]; the class token's attention in the last layer with all heads as one: softmax(q k / sqrt(D)). Empty where it was not
    /// read.</summary>
    public ReadOnlyMemory<float> Joined { get; init; }

    /// <summary>Row-major [N, heads x d]; the keys of the last layer, up to a common factor. Empty where they were not read.</summary>
    public ReadOnlyMemory<float> Keys { get; init; }

    /// <summary>How many heads a row of <see cref="Keys"/> has; at least 1.</summary>
    public int KeyHeads { get; init; } = 1;

    /// <summary>The parts that are there.</summary>
    public AttentionParts Parts =>
        AttentionParts.LastLayer
        | (FirstLayer.IsEmpty ? AttentionParts.None : AttentionParts.FirstLayer)
        | (Joined.IsEmpty ? AttentionParts.None : AttentionParts.Joined)
        | (Keys.IsEmpty ? AttentionParts.None : AttentionParts.Keys);

    /// <summary>What is known about some of the tokens.</summary>
    /// <param name="indices">Which, each below N.</param>
    /// <returns>A copy of their rows, in that order.</returns>
    public EncoderAttention Pick(ReadOnlySpan<int> indices) => new(Rows(LastLayer, indices))
    {
        FirstLayer = Rows(FirstLayer, indices),
        Joined = Rows(Joined, indices),
        Keys = Rows(Keys, indices),
        KeyHeads = KeyHeads,
    };

    /// <summary>Row-major [N, d]; the keys' mean over heads.</summary>
    internal ReadOnlySpan<float> MeanKeys()
    {
        if (_meanKeys is not null)
        {
            return _meanKeys;
        }

        ReadOnlySpan<float> keys = Keys.Span;
        int width = keys.Length / TokenCount / KeyHeads;
        float[] means = new float[TokenCount * width];
        for (int i = 0; i < means.Length; i++)
        {
            double sum = 0;
            for (int head = 0; head < KeyHeads; head++)
            {
                sum += keys[(((i / width * KeyHeads) + head) * width) + (i % width)];
            }

            means[i] = (float)(sum / KeyHeads);
        }

        return _meanKeys = means;
    }

    private ReadOnlyMemory<float> Rows(ReadOnlyMemory<float> values, ReadOnlySpan<int> indices)
    {
        int width = values.Length / TokenCount;
        float[] rows = new float[indices.Length * width];
        for (int i = 0; i < indices.Length; i++)
        {
            values.Span.Slice(indices[i] * width, width).CopyTo(rows.AsSpan(i * width));
        }

        return rows;
    }
}
