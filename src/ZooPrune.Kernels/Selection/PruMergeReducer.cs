using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// LLaVA-PruMerge and PruMerge+: the tokens that the class token attends to most stay, PruMerge+ adds some evenly spaced ones; each takes
/// in its most similar tokens, and one token more stands for all that were dropped. The merged visual tokens are projected.
/// </summary>
/// <remarks>
/// <para>
/// a is the attention with all heads as one. A kept token becomes x_i plus the sum of a_j x_j over the 32 tokens j whose keys are closest
/// to its own by cosine; the last one is the sum of a_j x_j over all that were dropped. The weights are not normalised, as published. Of
/// a budget K, K - 1 are kept and one is the sum, which stands at the place of the last dropped token; K = 1 has none.
/// </para>
/// <para>
/// The published budget is the picture's: <see cref="PublishedCount"/> says it, and KeepBudget.Tokens(that + 1) asks for it. PruMerge+
/// takes
/// a quarter of K - 1 by attention (or the number that it is given), then those of 0, s, 2s, ... that are not kept yet, s = floor(floor(N /
/// r) / 3), then by attention again. Ties: lowest index. Immutable; many threads may use one.
/// </para>
/// </remarks>
public sealed class PruMergeReducer : ITokenReducer
{
    private const int SpacedPerAttended = 3;

    private readonly bool _isPlus;
    private readonly int? _attended;
    private readonly int _neighbours;

    /// <summary>Creates the method.</summary>
    /// <param name="isPlus">Whether evenly spaced tokens are added: PruMerge+.</param>
    /// <param name="attended">r, how many PruMerge+ takes by attention, which is then done as published even where all tokens could be
    /// kept; null for a quarter.</param>
    /// <param name="neighbours">How many tokens each kept one takes in; at least 0. Published: 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least.</exception>
    public PruMergeReducer(bool isPlus = false, int? attended = null, int neighbours = 32)
    {
        _isPlus = isPlus;
        _attended = attended is null or >= 1
            ? attended
            : throw Throw.SelectorBelow(nameof(PruMergeReducer), attended.Value, 1, nameof(attended));
        _neighbours = neighbours >= 0
            ? neighbours
            : throw Throw.SelectorBelow(nameof(PruMergeReducer), neighbours, 0, nameof(neighbours));
    }

    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public AttentionParts UsesAttention => AttentionParts.Joined | AttentionParts.Keys;

    /// <inheritdoc/>
    public bool MergesBeforeProjector => true;

    /// <summary>r, how many tokens PruMerge keeps of a picture: those of attention above Q3 + 1.5 (Q3 - Q1).</summary>
    /// <param name="attention">[N], N >= 1: <see cref="EncoderAttention.Joined"/>.</param>
    /// <returns>0 to N.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="attention"/> is empty.</exception>
    public static int PublishedCount(ReadOnlySpan<float> attention)
    {
        if (attention.IsEmpty)
        {
            throw Throw.NoTokens(0, nameof(attention));
        }

        double[] sorted = [.. attention.ToArray().Select(value => (double)value).Order()];
        double bound = Quantile(0.75) + (1.5 * (Quantile(0.75) - Quantile(0.25)));

        // The published code goes through the share, whose rounding loses one of some counts (N = 49, 100, 196, 400).
        double share = (double)sorted.Count(value => value > bound) / sorted.Length;
        return (int)(sorted.Length * share);

        double Quantile(double portion)
        {
            double place = portion * (sorted.Length - 1);
            int below = (int)place;
            int above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
        }
    }

    /// <inheritdoc/>
    public void Reduce(in ScoredTokens tokens, Span<int> order, Span<float> rows)
    {
        int width = tokens.VisualTokens.Length / tokens.Count;
        double[] attention = new double[tokens.Count];
        int[] ranking = new int[tokens.Count];
        for (int i = 0; i < attention.Length; i++)
        {
            attention[i] = tokens.JoinedAttention(i);
        }

        ScoreRanking.Sort(attention, ranking);
        if (order.Length == tokens.Count && _attended is null)
        {
            ranking.CopyTo(order);
            Copy(tokens, order, rows);
            return;
        }

        int keep = Math.Max(1, order.Length - 1);
        bool[] kept = new bool[tokens.Count];
        int filled = 0;
        int attended = _isPlus ? Math.Clamp(_attended ?? keep / (1 + SpacedPerAttended), 1, keep) : keep;
        foreach (int token in ranking.AsSpan(0, attended).ToArray().Concat(Spaced(tokens.Count, attended)).Concat(ranking))
        {
            if (filled < keep && !kept[token])
            {
                kept[token] = true;
                order[filled++] = token;
            }
        }

        Copy(tokens, order[..keep], rows);
        float[] keys = UnitKeys.Of(tokens.Keys(), tokens.Count);
        for (int k = 0; k < keep; k++)
        {
            foreach (int neighbour in Closest(keys, tokens.Count, order[k]))
            {
                Add(tokens, neighbour, rows.Slice(k * width, width));
            }
        }

        if (keep < order.Length)
        {
            order[keep] = Array.LastIndexOf(kept, false);
            Span<float> rest = rows[(keep * width)..];
            rest.Clear();
            for (int i = 0; i < kept.Length; i++)
            {
                if (!kept[i])
                {
                    Add(tokens, i, rest);
                }
            }
        }
    }

    // The published code leaves the last patch out.
    private IEnumerable<int> Spaced(int count, int attended)
    {
        int step = Math.Max(1, count / attended / SpacedPerAttended);
        return _isPlus ? Enumerable.Range(0, (count - 1 + step - 1) / step).Select(i => i * step) : [];
    }

    private int[] Closest(ReadOnlySpan<float> keys, int count, int token)
    {
        int width = keys.Length / count;
        double[] cosines = new double[count];
        int[] ranking = new int[count];
        for (int i = 0; i < cosines.Length; i++)
        {
            cosines[i] = i == token
                ? double.NegativeInfinity
                : TensorPrimitives.Dot(keys.Slice(token * width, width), keys.Slice(i * width, width));
        }

        ScoreRanking.Sort(cosines, ranking);
        return ranking[..Math.Min(_neighbours, count - 1)];
    }

    private static void Copy(in ScoredTokens tokens, ReadOnlySpan<int> order, Span<float> rows)
    {
        int width = tokens.VisualTokens.Length / tokens.Count;
        for (int k = 0; k < order.Length; k++)
        {
            tokens.VisualTokens.Slice(order[k] * width, width).CopyTo(rows[(k * width)..]);
        }
    }

    private static void Add(in ScoredTokens tokens, int token, Span<float> row)
    {
        float weight = tokens.JoinedAttention(token);
        ReadOnlySpan<float> other = tokens.VisualTokens.Slice(token * row.Length, row.Length);
        for (int i = 0; i < row.Length; i++)
        {
            row[i] += weight * other[i];
        }
    }
}
