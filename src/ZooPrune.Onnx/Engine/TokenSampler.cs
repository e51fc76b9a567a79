namespace ZooPrune.Onnx.Engine;

/// <summary>Chooses the tokens of one answer, as <see cref="GenerationOptions"/> says. Not thread-safe.</summary>
/// <remarks>The steps and their order are those of Hugging Face transformers' logits processors: repetition penalty, temperature, top-k,
/// top-p. What is drawn is our own: a hash of seed, text and step, so that it does not depend on what else is answered.</remarks>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly ulong _stream;
    private readonly HashSet<int> _seen;
    private int _chosen;

    /// <param name="options">How to choose; checked already.</param>
    /// <param name="text">What the answer is to; answers to different texts draw different numbers.</param>
    /// <param name="promptIds">Ids that were read, for the repetition penalty.</param>
    public TokenSampler(GenerationOptions options, string text, IEnumerable<int>? promptIds = null)
    {
        _options = options;
        _seen = options.RepetitionPenalty == 1 ? [] : [.. promptIds ?? []];
        int hash = 0;
        foreach (char letter in text)
        {
            hash = unchecked((hash * 31) + letter);
        }

        _stream = CounterHash.Stream(options.Seed, hash);
    }

    /// <summary>The id of the next token.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <exception cref="ZooPruneException">A logit is NaN.</exception>
    public int Choose(ReadOnlySpan<float> logits)
    {
        int largest = Largest(logits);
        if (_options.RepetitionPenalty != 1)
        {
            float[] penalized = logits.ToArray();
            Penalize(penalized);
            largest = Largest(penalized);
            logits = penalized;
        }

        int id = _options.Temperature == 0 || !float.IsFinite(logits[largest]) ? largest : Draw(logits, logits[largest], _chosen);
        _chosen++;
        if (_options.RepetitionPenalty != 1)
        {
            _seen.Add(id);
        }

        return id;
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

    /// <summary>Probability of each token, in the order of the ids: what is drawn by.</summary>
    /// <param name="logits">[vocabulary], without NaN.</param>
    internal double[] Probabilities(ReadOnlySpan<float> logits)
    {
        float[] penalized = logits.ToArray();
        Penalize(penalized);
        Span<(int Id, double Weight)> taking = Candidates(penalized, penalized[Largest(penalized)], out double total);
        double[] probabilities = new double[logits.Length];
        foreach ((int id, double weight) in taking)
        {
            probabilities[id] = weight / total;
        }

        return probabilities;
    }

    private void Penalize(Span<float> logits)
    {
        foreach (int id in _seen)
        {
            if (id < logits.Length)
            {
                logits[id] = logits[id] < 0 ? logits[id] * _options.RepetitionPenalty : logits[id] / _options.RepetitionPenalty;
            }
        }
    }

    private int Draw(ReadOnlySpan<float> logits, float largest, int step)
    {
        Span<(int Id, double Weight)> taking = Candidates(logits, largest, out double total);

        // 53 random bits: a number in [0, 1).
        double point = (CounterHash.Bits(_stream, step) >> 11) * (1.0 / (1L << 53)) * total;
        foreach ((int id, double weight) in taking)
        {
            point -= weight;
            if (point < 0)
            {
                return id;
            }
        }

        return taking[^1].Id;
    }

    /// <summary>The tokens that take part, most probable first, of equal ones the lower id; each with exp(logit / temperature), up to a
    /// factor.</summary>
    private Span<(int Id, double Weight)> Candidates(ReadOnlySpan<float> logits, float largest, out double total)
    {
        float least = _options.TopK is > 0 and int k && k < logits.Length ? KthLargest(logits, k) : float.NegativeInfinity;
        var candidates = new List<(int Id, double Weight)>(_options.TopK > 0 ? _options.TopK : logits.Length);
        double sum = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] >= least)
            {
                double weight = Math.Exp(((double)logits[id] - largest) / _options.Temperature);
                candidates.Add((id, weight));
                sum += weight;
            }
        }

        candidates.Sort((a, b) => b.Weight != a.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id));
        Span<(int Id, double Weight)> taking = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(candidates);
        double limit = sum * _options.TopP;
        total = 0;
        int count = 0;
        while (count < taking.Length && (count == 0 || _options.TopP == 1 || total < limit))
        {
            total += taking[count++].Weight;
        }

        return taking[..count];
    }

    private static float KthLargest(ReadOnlySpan<float> logits, int k)
    {
        var largest = new PriorityQueue<float, float>(k + 1);
        foreach (float logit in logits)
        {
            if (largest.Count < k)
            {
                largest.Enqueue(logit, logit);
            }
            else if (logit > largest.Peek())
            {
                largest.EnqueueDequeue(logit, logit);
            }
        }

        return largest.Peek();
    }
}
