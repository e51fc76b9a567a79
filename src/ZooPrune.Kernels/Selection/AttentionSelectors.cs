namespace ZooPrune;

/// <summary>FasterVLM: the tokens that the class token attends to most in the last layer. Ties: lowest index.</summary>
internal sealed class ClassAttentionSelector : ISelectionMethod
{
    public bool UsesSensitivity => false;

    public AttentionParts UsesAttention => AttentionParts.LastLayer;

    public void Select(in ScoredTokens tokens, Span<int> order) =>
        AttentionRanking.Sort(tokens).AsSpan(0, order.Length).CopyTo(order);
}

/// <summary>
/// HiRED: the first tile, that of the whole picture, says how the others share the budget; inside a tile the class token's attention in the
/// last layer decides. One tile: as <see cref="ClassAttentionSelector"/>.
/// </summary>
/// <remarks>
/// The first tile keeps min(floor(K alpha), N). Its floor(N (1 - alpha)) tokens of most attention in the first layer are marked, and each
/// other tile gets floor(marks in its part of the picture / all marks x the rest). As published the floors leave some of the budget over;
/// here it goes, one each and as often as needed, to the tiles of most marks that have tokens left. A tile's part of the picture is its
/// field of a square grid, where the tiles make one and the first tile is square, else a band of rows; the published code always takes
/// bands. Ties: lowest index, lowest tile. Immutable; many threads may use one.
/// </remarks>
public sealed class HiRedSelector : ISelectionMethod
{
    private readonly double _alpha;
    private readonly bool _usesBands;

    /// <summary>Creates the method.</summary>
    /// <param name="alpha">Share of the first tile, 0 to 1. Published: 0.5.</param>
    /// <param name="usesBands">Whether tiles share the picture by bands of rows even where they make a square, as published.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not from 0 to 1.</exception>
    public HiRedSelector(double alpha = 0.5, bool usesBands = false)
    {
        _alpha = alpha is >= 0 and <= 1 ? alpha : throw Throw.SelectorOutside(nameof(HiRedSelector), alpha, "from 0 to 1", nameof(alpha));
        _usesBands = usesBands;
    }

    /// <inheritdoc/>
    public bool UsesSensitivity => false;

    /// <inheritdoc/>
    public AttentionParts UsesAttention => AttentionParts.LastLayer | AttentionParts.FirstLayer;

    /// <inheritdoc/>
    public bool JoinsTiles => true;

    /// <inheritdoc/>
    public void Select(in ScoredTokens tokens, Span<int> order)
    {
        int[] lengths = tokens.TileLengths.IsEmpty ? [tokens.Count] : tokens.TileLengths.ToArray();
        int[] shares = [order.Length];
        if (lengths.Length > 1)
        {
            (shares, int[] marks) = Share(tokens, lengths, order.Length);
            FillUp(shares, marks, lengths, order.Length);
        }

        int first = 0;
        int filled = 0;
        for (int tile = 0; tile < lengths.Length; tile++)
        {
            int start = first;
            int[] ranking = lengths[tile] == 0 ? [] : AttentionRanking.Sort(tokens.Slice(start, lengths[tile]));
            foreach (int token in ranking.AsSpan(0, shares[tile]))
            {
                order[filled++] = start + token;
            }

            first += lengths[tile];
        }
    }

    /// <summary>The published shares, which may fall short of the budget, and the marks of every tile but the first.</summary>
    internal (int[] Shares, int[] Marks) Share(in ScoredTokens tokens, int[] lengths, int budget)
    {
        int count = lengths[0];
        int others = lengths.Length - 1;
        double[] attention = new double[count];
        for (int i = 0; i < count; i++)
        {
            attention[i] = tokens.FirstAttention(i);
        }

        int[] ranking = new int[count];
        ScoreRanking.Sort(attention, ranking);
        int side = (int)Math.Sqrt(count);
        int grid = (int)Math.Sqrt(others);
        bool isSquare = !_usesBands && side * side == count && grid * grid == others;
        int[] marks = new int[lengths.Length];
        foreach (int token in ranking.AsSpan(0, (int)(count * (1 - _alpha))))
        {
            int part = isSquare
                ? (token / side * grid / side * grid) + (token % side * grid / side)
                : Math.Min(others - 1, token / Math.Max(1, count / others));
            marks[1 + part]++;
        }

        int[] shares = new int[lengths.Length];
        shares[0] = Math.Min((int)(budget * _alpha), count);
        int all = marks.Sum();
        for (int tile = 1; tile < shares.Length && all > 0; tile++)
        {
            shares[tile] = Math.Min((int)((double)marks[tile] / all * (budget - shares[0])), lengths[tile]);
        }

        return (shares, marks);
    }

    private static void FillUp(int[] shares, int[] marks, int[] lengths, int budget)
    {
        int[] tiles = [.. Enumerable.Range(0, shares.Length).OrderByDescending(tile => marks[tile])];
        for (int left = budget - shares.Sum(); left > 0;)
        {
            foreach (int tile in tiles)
            {
                if (left > 0 && shares[tile] < lengths[tile])
                {
                    shares[tile]++;
                    left--;
                }
            }
        }
    }
}

/// <summary>Sorts tokens by the attention that they get in the last layer.</summary>
internal static class AttentionRanking
{
    /// <summary>0 to N - 1 by falling attention; ties: lowest index.</summary>
    public static int[] Sort(in ScoredTokens tokens)
    {
        double[] attention = new double[tokens.Count];
        int[] ranking = new int[tokens.Count];
        for (int i = 0; i < attention.Length; i++)
        {
            attention[i] = tokens.LastAttention(i);
        }

        ScoreRanking.Sort(attention, ranking);
        return ranking;
    }
}
