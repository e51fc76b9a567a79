namespace ZooPrune.Onnx.Engine;

/// <summary>Chooses the tokens of one answer. Immutable.</summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly ulong _stream;

    /// <param name="options">How to choose.</param>
    /// <param name="question">What the answer is to; answers to different questions draw different numbers.</param>
    public TokenSampler(SamplingOptions options, string question)
    {
        _options = options;
        int hash = 0;
        foreach (char letter in question)
        {
            hash = unchecked((hash * 31) + letter);
        }

        _stream = CounterHash.Stream(options.Seed, hash);
    }

    /// <summary>Greedy choice.</summary>
    public static TokenSampler Greedy { get; } = new(new SamplingOptions(), string.Empty);

    /// <summary>The id of the next token.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="step">Number of the token within its answer.</param>
    /// <exception cref="ZooPruneException">A logit is NaN.</exception>
    public int Choose(ReadOnlySpan<float> logits, int step)
    {
        int largest = Largest(logits);
        return _options.Temperature == 0 || !float.IsFinite(logits[largest]) ? largest : Draw(logits, logits[largest], step);
    }

    /// <summary>The id of the largest logit; of equal ones the first.</summary>
    /// <exception cref="ZooPruneException">A logit is NaN.</exception>
    public static int Largest(ReadOnlySpan<float> logits)
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

    /// <summary>Draws among the most probable tokens with probability softmax(logit / temperature).</summary>
    private int Draw(ReadOnlySpan<float> logits, float largest, int step)
    {
        // Most probable first; of equal ones the lower id.
        var candidates = new (int Id, double Weight)[logits.Length];
        for (int id = 0; id < logits.Length; id++)
        {
            candidates[id] = (id, Math.Exp(((double)logits[id] - largest) / _options.Temperature));
        }

        Array.Sort(candidates, (a, b) => b.Weight != a.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id));
        int most = _options.TopK is > 0 and var k && k < candidates.Length ? k : candidates.Length;
        Span<(int Id, double Weight)> taking = candidates.AsSpan(0, most);

        double total = 0;
        foreach ((_, double weight) in taking)
        {
            total += weight;
        }

        double limit = total * _options.TopP;
        double reached = 0;
        int count = 0;
        while (count < taking.Length && (count == 0 || reached < limit))
        {
            reached += taking[count++].Weight;
        }

        // 53 random bits: a number in [0, 1).
        double point = (CounterHash.Bits(_stream, step) >> 11) * (1.0 / (1L << 53)) * reached;
        for (int i = 0; i < count; i++)
        {
            point -= taking[i].Weight;
            if (point < 0)
            {
                return taking[i].Id;
            }
        }

        return taking[count - 1].Id;
    }
}
