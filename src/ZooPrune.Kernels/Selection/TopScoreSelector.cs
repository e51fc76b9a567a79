namespace ZooPrune;

/// <summary>Keeps the tokens of highest score, one by one without a look at the others. Ties: lowest index.</summary>
/// <remarks>
/// Immutable; many threads may use one. The choice for K is the beginning of that for K + 1. With the attention that a vision encoder's
/// class token pays to each token, the mean over heads, <see cref="ByScores"/> is CLS-attention top-k (FasterVLM).
/// </remarks>
public sealed class TopScoreSelector : ISelectionMethod
{
    private readonly Score _score;

    private TopScoreSelector(Score score) => _score = score;

    private enum Score
    {
        Given,
        Sensitivity,
        Norm,
    }

    /// <summary>By <see cref="PruningInput.Scores"/>: the caller knows best.</summary>
    public static TopScoreSelector ByScores { get; } = new(Score.Given);

    /// <summary>By sensitivity, S_i.</summary>
    public static TopScoreSelector BySensitivity { get; } = new(Score.Sensitivity);

    /// <summary>By the L2 norm of the projected token, ||Z_i||.</summary>
    public static TopScoreSelector ByNorm { get; } = new(Score.Norm);

    /// <inheritdoc/>
    public bool UsesSensitivity => _score == Score.Sensitivity;

    /// <inheritdoc/>
    public bool UsesScores => _score == Score.Given;

    /// <inheritdoc/>
    public double Mass(in ScoredTokens tokens)
    {
        double sum = 0;
        foreach (double score in Read(tokens))
        {
            sum += score;
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        Span<int> ranking = tokens.Workspace.Ranking.Take(tokens.Count);
        ScoreRanking.Sort(Read(tokens), ranking);
        ranking[..order.Length].CopyTo(order);
    }

    private Span<double> Read(in ScoredTokens tokens)
    {
        Span<double> scores = tokens.Workspace.Keys.Take(tokens.Count);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = _score switch
            {
                Score.Given => tokens.Scores[i],
                Score.Sensitivity => tokens.Sensitivity[i],
                _ => Math.Sqrt(DoubleSums.SumOfSquares(tokens.Token(i))),
            };
        }

        return scores;
    }
}

/// <summary>Sorts tokens by score without allocating.</summary>
internal static class ScoreRanking
{
    /// <summary>Lists the tokens by falling score; ties: lowest index first.</summary>
    /// <param name="scores">[N], no NaN; overwritten.</param>
    /// <param name="indices">[N]; receives 0 to N - 1 in that order.</param>
    public static void Sort(Span<double> scores, Span<int> indices)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = -scores[i];
            indices[i] = i;
        }

        scores.Sort(indices);

        // The sort is not stable: put each run of equal scores in order of index.
        for (int start = 0; start < scores.Length;)
        {
            int end = start + 1;
            while (end < scores.Length && scores[end] == scores[start])
            {
                end++;
            }

            indices[start..end].Sort();
            start = end;
        }
    }
}
