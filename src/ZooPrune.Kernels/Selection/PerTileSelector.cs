namespace ZooPrune;

/// <summary>Runs a selection over one image, tile by tile, and shares its budget among them.</summary>
public static class PerTileSelector
{
    /// <summary>The share of a tile that has more tokens than what <see cref="Divide"/> gives to each.</summary>
    public const int Open = -1;

    /// <summary>Chooses K tokens, each tile its share, and adds the protected ones.</summary>
    /// <param name="method">How to choose.</param>
    /// <param name="image">The image.</param>
    /// <param name="candidates">Those of its tokens that compete.</param>
    /// <param name="keep">The budget of an image that has none of its own.</param>
    /// <param name="result">Receives the order of choice, the kept positions and a note where something went otherwise than asked.</param>
    internal static void Select(
        ISelectionMethod method, in PruningInput image, in ScoredTokens candidates, KeepBudget keep, TokenSelection result)
    {
        PruningWorkspace workspace = candidates.Workspace;
        KeepBudget budget = image.Budgets.IsEmpty ? keep : image.Budgets[0];
        int kept = candidates.Count == 0 ? 0 : budget.Resolve(candidates.Count);
        ReadOnlySpan<int> tileLengths = TileLengths(image, method.JoinsTiles, candidates.Count, workspace);
        ReadOnlySpan<int> shares = Shares(method, candidates, tileLengths, kept, workspace);
        Span<int> order = result.TakeOrder(kept);
        ITokenReducer? reducer = method as ITokenReducer;
        int width = reducer is null || candidates.Count == 0 ? 0
            : (reducer.MergesBeforeProjector ? candidates.VisualTokens : candidates.Projected).Length / candidates.Count;
        Span<float> rows = workspace.MergedRows.Take(checked(kept * width));
        int first = 0;
        int filled = 0;
        for (int tile = 0; tile < shares.Length; tile++)
        {
            if (shares[tile] > 0)
            {
                ScoredTokens tokens = candidates.Slice(first, tileLengths[tile]);
                Select(
                    method,
                    method.JoinsTiles ? tokens.WithTiles(CandidatesOfTiles(image)) : tokens,
                    order.Slice(filled, shares[tile]),
                    rows.Slice(filled * width, shares[tile] * width));
            }

            first += tileLengths[tile];
            filled += shares[tile];
        }

        Span<int> indices = result.TakeKeptIndices(kept + image.ProtectedTokens.Length);
        order.CopyTo(indices);
        for (int i = 0; i < image.ProtectedTokens.Length; i++)
        {
            indices[kept + i] = image.ProtectedTokens[i] - image.First;
        }

        indices.Sort();
        result.Note = Note(budget, candidates.Count, tileLengths, kept);
    }

    /// <summary>What a user should know about a budget; null where it was kept to in every tile.</summary>
    internal static string? Note(KeepBudget budget, int candidates, ReadOnlySpan<int> tileLengths, int kept) =>
        budget.TokenCount > candidates ? $"keep {budget.TokenCount} of {candidates}: all tokens kept" : Note(tileLengths, kept);

    /// <summary>One tile; the choice, counted within it, becomes positions in the image.</summary>
    private static void Select(ISelectionMethod method, in ScoredTokens tile, Span<int> order, Span<float> rows)
    {
        order.Fill(-1);
        if (method is ITokenReducer reducer)
        {
            reducer.Reduce(tile, order, rows);
        }
        else
        {
            method.Select(tile, order);
        }

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

    /// <summary>Candidates of each tile, or of all tiles where they compete together.</summary>
    private static ReadOnlySpan<int> TileLengths(in PruningInput image, bool joinsTiles, int count, PruningWorkspace workspace)
    {
        Span<int> lengths = workspace.TileLengths.Take(joinsTiles ? 1 : image.TileLengths.Length);
        if (joinsTiles)
        {
            lengths[0] = count;
            return lengths;
        }

        return CandidatesOf(image, lengths);
    }

    /// <summary>Candidates of each tile, for a method that joins them.</summary>
    private static int[] CandidatesOfTiles(in PruningInput image)
    {
        int[] lengths = new int[image.TileLengths.Length];
        CandidatesOf(image, lengths);
        return lengths;
    }

    private static ReadOnlySpan<int> CandidatesOf(in PruningInput image, Span<int> lengths)
    {
        int end = image.First;
        int next = 0;
        for (int tile = 0; tile < lengths.Length; tile++)
        {
            end += image.TileLengths[tile];
            lengths[tile] = image.TileLengths[tile];
            for (; next < image.ProtectedTokens.Length && image.ProtectedTokens[next] < end; next++)
            {
                lengths[tile]--;
            }
        }

        return lengths;
    }

    private static ReadOnlySpan<int> Shares(
        ISelectionMethod method, in ScoredTokens candidates, ReadOnlySpan<int> tileLengths, int keep, PruningWorkspace workspace)
    {
        Span<int> shares = workspace.TileShares.Take(tileLengths.Length);
        if (tileLengths.Length == 1)
        {
            shares[0] = keep;
            return shares;
        }

        Span<double> masses = workspace.TileMasses.Take(tileLengths.Length);
        int first = 0;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            int length = tileLengths[tile];
            masses[tile] = length == 0 ? 0 : method.Mass(candidates.Slice(first, length));
            if (double.IsNaN(masses[tile]))
            {
                throw Throw.MassNotANumber(method.GetType(), tile);
            }

            first += length;
        }

        Share(tileLengths, masses, keep, shares, workspace.Ranking.Take(tileLengths.Length));
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

    /// <summary>
    /// Shares a budget among the tiles of an image, so that the shares add up to it exactly. Every tile gets floor(K / tiles); a tile with
    /// no more tokens than that keeps all of them and the rest is shared by the others in the same way; what the division leaves over goes,
    /// one each, to those of largest mass (ties: lowest tile).
    /// </summary>
    /// <param name="tileLengths">Candidates of every tile, 0 or more.</param>
    /// <param name="masses">The sensitivity mass of every tile, no NaN; overwritten.</param>
    /// <param name="budget">K; 0 to the sum of <paramref name="tileLengths"/>.</param>
    /// <param name="shares">Receives the share of every tile; 0 where K is smaller than the number of tiles.</param>
    /// <param name="ranking">[tiles]; overwritten.</param>
    internal static void Share(
        ReadOnlySpan<int> tileLengths, Span<double> masses, int budget, Span<int> shares, Span<int> ranking)
    {
        (int share, int remainder) = Divide(tileLengths, budget, shares);
        ScoreRanking.Sort(masses, ranking);
        foreach (int tile in ranking)
        {
            if (shares[tile] == Open)
            {
                shares[tile] = share + (remainder-- > 0 ? 1 : 0);
            }
        }
    }

    /// <summary>The part of sharing that no mass is needed for.</summary>
    /// <param name="tileLengths">Candidates of every tile, 0 or more.</param>
    /// <param name="budget">K; 0 to the sum of <paramref name="tileLengths"/>.</param>
    /// <param name="shares">Receives the share of every tile that is full, and <see cref="Open"/> for the others.</param>
    /// <returns>What each of the others gets, and how many of them get one more.</returns>
    public static (int Share, int Remainder) Divide(ReadOnlySpan<int> tileLengths, int budget, Span<int> shares)
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
        return (share, left - (share * open));
    }
}
