namespace ZooPrune;

/// <summary>
/// DART on embeddings: a few pivot tokens stay, and each takes, in turn, the tokens that resemble it least: those of lowest
/// cos(Z_i, Z_pivot) that nobody took yet.
/// </summary>
/// <remarks>
/// <para>
/// The pivots are the P tokens of largest L1 norm of Z, visited by falling norm; or, given <see cref="PruningInput.Scores"/>, the P
/// tokens of largest score, visited by falling score: key norms of the language model, or any order of one's own. Of the K - P other
/// tokens each pivot takes floor((K - P) / P), the first ones one more where that leaves a rest. Published is K = P + P q, with
/// q = floor(N (1 - reduction) / P). Ties: lowest index. K below P keeps the first K pivots.
/// </para>
/// <para>
/// The share of a pivot depends on K, so the choice for K is not the beginning of that for K + 1. Pivots among the text, as DART has
/// them inside a language model, do not exist before it. Immutable; many threads may use one.
/// </para>
/// </remarks>
public sealed class DartSelector : ISelectionMethod
{
    private readonly int _pivotCount;
    private readonly int _maxThreads;
    private readonly ITokenKernels _kernels;

    /// <summary>Creates the method.</summary>
    /// <param name="pivotCount">P; at least 1. Published: 8, of which 4 are text inside a language model.</param>
    /// <param name="pivotsByScore">Whether the caller's scores choose and order the pivots instead of the L1 norms.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor. Never changes a result.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="pivotCount"/> is below 1, or <paramref name="maxThreads"/> below 0.
    /// </exception>
    public DartSelector(int pivotCount = 8, bool pivotsByScore = false, int maxThreads = 0)
        : this(pivotCount, pivotsByScore, maxThreads, TokenKernels.Default)
    {
    }

    internal DartSelector(int pivotCount, bool pivotsByScore, int maxThreads, ITokenKernels kernels)
    {
        _pivotCount = pivotCount >= 1 ? pivotCount : throw Throw.SelectorBelow(nameof(DartSelector), pivotCount, 1, nameof(pivotCount));
        _maxThreads = maxThreads >= 0 ? maxThreads : throw Throw.SelectorBelow(nameof(DartSelector), maxThreads, 0, nameof(maxThreads));
        UsesScores = pivotsByScore;
        _kernels = kernels;
    }

    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public bool UsesScores { get; }

    /// <inheritdoc/>
    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        Span<double> scores = tokens.Workspace.Keys.Take(tokens.Count);
        Span<int> ranking = tokens.Workspace.Ranking.Take(tokens.Count);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = UsesScores ? tokens.Scores[i] : DoubleSums.SumOfMagnitudes(tokens.Token(i));
        }

        ScoreRanking.Sort(scores, ranking);
        int pivots = Math.Min(_pivotCount, order.Length);
        ranking[..pivots].CopyTo(order);

        CosineSimilarity cosines = tokens.Workspace.Cosines(tokens, 0, pivots, _maxThreads, _kernels);
        int filled = pivots;
        for (int pivot = 0; filled < order.Length; pivot++)
        {
            int quota = (order.Length - filled + (pivots - pivot) - 1) / (pivots - pivot);
            RankFree(cosines.Row(order[pivot]), order[..filled], scores, ranking);
            ranking[..quota].CopyTo(order[filled..]);
            filled += quota;
        }
    }

    /// <summary>Lists the tokens by rising cosine, the taken ones last.</summary>
    private static void RankFree(ReadOnlySpan<float> cosines, ReadOnlySpan<int> taken, Span<double> scores, Span<int> ranking)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = -cosines[i];
        }

        foreach (int token in taken)
        {
            scores[token] = double.NegativeInfinity;
        }

        ScoreRanking.Sort(scores, ranking);
    }
}
