using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>
/// CDPruner (NeurIPS 2025): the K tokens of largest determinant of L_ij = r_i cos(Z_i, Z_j) r_j, found greedily (MAP of a determinantal
/// point process). It sees the question: the caller gives the relevance of each token to it in <see cref="PruningInput.Scores"/>.
/// </summary>
/// <remarks>
/// <para>
/// As published the relevance is the negated mean cosine between a token's CLIP embedding and those of the question's text segments. It
/// is scaled here, over all tiles of the image together: r = (score - min + 1e-6) / (max - min); 1 for all where all are equal. Each
/// tile then keeps its share. Ties: lowest index. The choice for K is the beginning of that for K + 1 within a tile.
/// </para>
/// <para>
/// One difference: once every token left is spanned by the kept ones (a millionth of its own r_i^2 remains, which is rounding), the
/// published code divides by noise and may return fewer than K tokens or NaN; here the rest are those of largest relevance.
/// Products are float32, everything from there on double. Immutable; many threads may use one.
/// </para>
/// </remarks>
public sealed class CdPrunerSelector : ISelectionMethod
{
    private const double RelevanceFloor = 1e-6;
    private const double Spanned = 1e-6;

    private readonly int _maxThreads;
    private readonly ITokenKernels _kernels;

    /// <summary>Creates the method.</summary>
    /// <param name="maxThreads">The most threads; 0 means one per processor. Never changes a result.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxThreads"/> is below 0.</exception>
    public CdPrunerSelector(int maxThreads = 0)
        : this(maxThreads, TokenKernels.Default)
    {
    }

    internal CdPrunerSelector(int maxThreads, ITokenKernels kernels)
    {
        _maxThreads = maxThreads >= 0 ? maxThreads : throw Throw.SelectorBelow(nameof(CdPrunerSelector), maxThreads, 0, nameof(maxThreads));
        _kernels = kernels;
    }

    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public bool UsesScores => true;

    /// <inheritdoc/>
    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        PruningWorkspace work = tokens.Workspace;
        Span<double> relevance = work.Keys.Take(tokens.Count);
        Span<double> gains = work.Gains.Take(tokens.Count);
        Scale(tokens, relevance);
        for (int i = 0; i < gains.Length; i++)
        {
            gains[i] = tokens.Token(i).ContainsAnyExcept(0f) ? relevance[i] * relevance[i] : 0;
        }

        CosineSimilarity cosines = work.Cosines(tokens, 0, order.Length, _maxThreads, _kernels);
        int picked = Maximize(relevance, gains, cosines, order, work.Factors.Take(FactorLength(order.Length, tokens.Count)));
        if (picked < order.Length)
        {
            FillByRelevance(relevance, order, picked, work.Ranking.Take(tokens.Count));
        }
    }

    /// <summary>r = (score - min + 1e-6) / (max - min), the range being that of the whole image.</summary>
    private static void Scale(in ScoredTokens tokens, Span<double> relevance)
    {
        double least = TensorPrimitives.Min(tokens.ImageScores);
        double most = TensorPrimitives.Max(tokens.ImageScores);
        for (int i = 0; i < relevance.Length; i++)
        {
            relevance[i] = least == most ? 1 : (tokens.Scores[i] - least + RelevanceFloor) / (most - least);
        }
    }

    /// <summary>
    /// Greedy MAP with an incremental Cholesky factor: row t of it, [N], is what pick t explains of every token; the gain of a token is
    /// what no pick explains.
    /// </summary>
    /// <returns>How many were picked before all others were spanned.</returns>
    private static int Maximize(
        ReadOnlySpan<double> relevance, Span<double> gains, CosineSimilarity cosines, Span<int> order, Span<double> factors)
    {
        int count = gains.Length;
        for (int k = 0; k < order.Length; k++)
        {
            int next = LargestGain(gains, relevance);
            if (next < 0)
            {
                return k;
            }

            order[k] = next;
            ReadOnlySpan<float> cosine = cosines.Row(next);
            Span<double> factor = factors.Slice(k * count, count);
            for (int i = 0; i < count; i++)
            {
                factor[i] = relevance[next] * cosine[i] * relevance[i];
            }

            for (int t = 0; t < k; t++)
            {
                ReadOnlySpan<double> earlier = factors.Slice(t * count, count);
                TensorPrimitives.MultiplyAdd(earlier, -earlier[next], factor, factor);
            }

            double root = Math.Sqrt(gains[next]);
            for (int i = 0; i < count; i++)
            {
                factor[i] /= root;
                gains[i] -= factor[i] * factor[i];
            }

            gains[next] = double.NegativeInfinity;
        }

        return order.Length;
    }

    private static int LargestGain(ReadOnlySpan<double> gains, ReadOnlySpan<double> relevance)
    {
        int best = -1;
        for (int i = 0; i < gains.Length; i++)
        {
            bool isSpanned = gains[i] <= Spanned * relevance[i] * relevance[i];
            best = !isSpanned && (best < 0 || gains[i] > gains[best]) ? i : best;
        }

        return best;
    }

    private static void FillByRelevance(Span<double> relevance, Span<int> order, int picked, Span<int> ranking)
    {
        foreach (int token in order[..picked])
        {
            relevance[token] = double.NegativeInfinity;
        }

        ScoreRanking.Sort(relevance, ranking);
        ranking[..(order.Length - picked)].CopyTo(order[picked..]);
    }

    private static int FactorLength(int keep, int count)
    {
        long length = (long)keep * count;
        return length <= Array.MaxLength ? (int)length : throw Throw.SizeTooLarge("CDPruner, factors of K x N", length, "visualTokens");
    }
}
