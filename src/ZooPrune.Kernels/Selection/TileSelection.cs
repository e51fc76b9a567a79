namespace ZooPrune;

/// <summary>Runs a selection over one image, tile by tile.</summary>
internal static class TileSelection
{
    /// <summary>Chooses K tokens, each tile its share, and adds the protected ones.</summary>
    /// <param name="method">How to choose.</param>
    /// <param name="image">The tokens.</param>
    /// <param name="workspace">Memory.</param>
    /// <param name="result">Receives the order of choice, the kept positions and a note where something went otherwise than asked.</param>
    public static void Select(ISelectionMethod method, in ImageTokens image, PruningWorkspace workspace, TokenSelection result)
    {
        CandidateTokens candidates = CandidateTokens.Of(image, method.JoinsTiles, workspace);
        int keep = candidates.Count == 0 ? 0 : image.Keep.Resolve(candidates.Count);
        ReadOnlySpan<int> shares = Shares(method, candidates, keep, workspace);
        Span<int> order = result.TakeOrder(keep);
        int first = 0;
        int filled = 0;
        for (int tile = 0; tile < shares.Length; tile++)
        {
            if (shares[tile] > 0)
            {
                Select(method, candidates.Slice(first, candidates.TileLengths[tile]), order.Slice(filled, shares[tile]));
            }

            first += candidates.TileLengths[tile];
            filled += shares[tile];
        }

        Span<int> kept = result.TakeKeptIndices(keep + image.ProtectedTokens.Length);
        order.CopyTo(kept);
        for (int i = 0; i < image.ProtectedTokens.Length; i++)
        {
            kept[keep + i] = image.ProtectedTokens[i] - image.First;
        }

        kept.Sort();
        result.Note = image.Keep.TokenCount > candidates.Count
            ? $"keep {image.Keep.TokenCount} of {candidates.Count}: all tokens kept"
            : Note(candidates.TileLengths, keep);
    }

    /// <summary>One tile; the choice, counted within it, becomes positions in the image.</summary>
    private static void Select(ISelectionMethod method, in ScoredTokens tile, Span<int> order)
    {
        order.Fill(-1);
        method.Select(tile, order);

        Span<bool> taken = tile.Workspace.Taken.Take(tile.Count);
        taken.Clear();
        foreach (ref int index in order)
        {
            if ((uint)index >= (uint)tile.Count || taken[index])
            {
                throw Throw.WrongChoice(method.GetType(), index, tile.Count);
            }

            taken[index] = true;
            index = tile.PositionOf(index);
        }
    }

    private static ReadOnlySpan<int> Shares(ISelectionMethod method, in CandidateTokens candidates, int keep, PruningWorkspace workspace)
    {
        int tiles = candidates.TileLengths.Length;
        Span<int> shares = workspace.TileShares.Take(tiles);
        if (tiles == 1)
        {
            shares[0] = keep;
            return shares;
        }

        Span<double> masses = workspace.TileMasses.Take(tiles);
        int first = 0;
        for (int tile = 0; tile < tiles; tile++)
        {
            int length = candidates.TileLengths[tile];
            masses[tile] = length == 0 ? 0 : method.Mass(candidates.Slice(first, length));
            if (double.IsNaN(masses[tile]))
            {
                throw Throw.MassNotANumber(method.GetType(), tile);
            }

            first += length;
        }

        TileBudget.Share(candidates.TileLengths, masses, keep, shares, workspace.Ranking.Take(tiles));
        return shares;
    }

    private static string? Note(ReadOnlySpan<int> tileLengths, int keep)
    {
        string? note = null;
        int evenShare = keep / tileLengths.Length;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            if (tileLengths[tile] < evenShare)
            {
                note = (note is null ? string.Empty : note + "; ")
                    + $"tile {tile} has {tileLengths[tile]} tokens, fewer than its share of {evenShare}: "
                    + "all of them kept, the rest given to other tiles";
            }
        }

        return note;
    }
}
