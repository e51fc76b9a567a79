namespace ZooPrune;

/// <summary>Keeps the tokens of highest score, one by one without a look at the others. Ties: lowest index.</summary>
internal sealed class TopScoreSelector : ITokenSelector
{
    private readonly ScoreReader _read;

    private TopScoreSelector(ScoreReader read, bool usesSensitivity)
    {
        _read = read;
        UsesSensitivity = usesSensitivity;
    }

    private delegate double[] ScoreReader(in ScoredTokens tokens);

    public bool UsesSensitivity { get; }

    public bool JoinsTiles => false;

    /// <summary>Top K by S_i.</summary>
    public static TopScoreSelector BySensitivity() => new(ReadSensitivity, usesSensitivity: true);

    /// <summary>Top K by ||Z_i||.</summary>
    public static TopScoreSelector ByNorm() => new(ReadNorms, usesSensitivity: false);

    public double Mass(in ScoredTokens tokens) => _read(tokens).Sum();

    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        double[] scores = _read(tokens);
        int[] indices = [.. Enumerable.Range(0, tokens.Count)];
        Array.Sort(indices, (i, j) => scores[i] != scores[j] ? scores[j].CompareTo(scores[i]) : i.CompareTo(j));
        indices.AsSpan(0, order.Length).CopyTo(order);
    }

    private static double[] ReadSensitivity(in ScoredTokens tokens)
    {
        double[] scores = new double[tokens.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = tokens.Sensitivity[i];
        }

        return scores;
    }

    private static double[] ReadNorms(in ScoredTokens tokens)
    {
        double[] scores = new double[tokens.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            double squares = 0;
            foreach (float value in tokens.Projected.Slice(i * tokens.Width, tokens.Width))
            {
                squares += (double)value * value;
            }

            scores[i] = Math.Sqrt(squares);
        }

        return scores;
    }
}
