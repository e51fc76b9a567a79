namespace ZooPrune;

/// <summary>Shares a budget among the tiles of an image, so that the shares add up to it exactly.</summary>
internal static class TileBudget
{
    /// <summary>
    /// Every tile gets floor(K / tiles); a tile with no more tokens than that keeps all of them and the rest is shared by the
    /// others in the same way; what the division leaves over goes, one each, to those of largest mass (ties: lowest tile).
    /// </summary>
    /// <param name="tileLengths">Tokens of every tile, each 1 or more.</param>
    /// <param name="masses">The sensitivity mass of every tile: the sum over its tokens.</param>
    /// <param name="budget">K; 1 to the sum of <paramref name="tileLengths"/>.</param>
    /// <returns>The share of every tile; 0 where K is smaller than the number of tiles.</returns>
    public static int[] Share(ReadOnlySpan<int> tileLengths, ReadOnlySpan<double> masses, int budget)
    {
        int[] lengths = tileLengths.ToArray();
        int[] shares = new int[lengths.Length];
        List<int> open = [.. Enumerable.Range(0, lengths.Length)];
        int left = budget;

        // A tile that is full takes no part in the remainder. Filling one tile raises the share of
        // the others, which may fill the next: at most one round a tile.
        while (open.FirstOrDefault(tile => lengths[tile] <= left / open.Count, -1) is int full and >= 0)
        {
            shares[full] = lengths[full];
            left -= lengths[full];
            open.Remove(full);
        }

        int share = open.Count > 0 ? left / open.Count : 0;
        foreach (int tile in open)
        {
            shares[tile] = share;
        }

        double[] mass = masses.ToArray();
        foreach (int tile in open.OrderByDescending(tile => mass[tile]).Take(left - (share * open.Count)))
        {
            shares[tile]++;
        }

        return shares;
    }
}
