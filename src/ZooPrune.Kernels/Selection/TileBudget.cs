namespace ZooPrune;

/// <summary>Shares a budget among the tiles of an image, so that the shares add up to it exactly.</summary>
internal static class TileBudget
{
    private const int Open = -1;

    /// <summary>
    /// Every tile gets floor(K / tiles); a tile with no more tokens than that keeps all of them and the rest is shared by the
    /// others in the same way; what the division leaves over goes, one each, to those of largest mass (ties: lowest tile).
    /// </summary>
    /// <param name="tileLengths">Candidates of every tile, 0 or more.</param>
    /// <param name="masses">The sensitivity mass of every tile, no NaN; overwritten.</param>
    /// <param name="budget">K; 0 to the sum of <paramref name="tileLengths"/>.</param>
    /// <param name="shares">Receives the share of every tile; 0 where K is smaller than the number of tiles.</param>
    /// <param name="ranking">[tiles]; overwritten.</param>
    public static void Share(
        ReadOnlySpan<int> tileLengths, Span<double> masses, int budget, Span<int> shares, Span<int> ranking)
    {
        shares.Fill(Open);
        int open = shares.Length;
        int left = budget;

        // A tile that is full takes no part in the remainder. Filling one tile never lowers the share of the others and may fill the next.
        for (bool filledOne = true; filledOne;)
        {
            filledOne = false;
            for (int tile = 0; tile < shares.Length; tile++)
            {
                if (shares[tile] == Open && tileLengths[tile] <= left / open)
                {
                    shares[tile] = tileLengths[tile];
                    left -= tileLengths[tile];
                    open--;
                    filledOne = true;
                }
            }
        }

        int share = open > 0 ? left / open : 0;
        int remainder = left - (share * open);
        ScoreRanking.Sort(masses, ranking);
        foreach (int tile in ranking)
        {
            if (shares[tile] == Open)
            {
                shares[tile] = share + (remainder-- > 0 ? 1 : 0);
            }
        }
    }
}
