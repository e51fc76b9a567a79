namespace ZooPrune.Text;

/// <summary>
/// Byte-pair encoding of one word: joins the two neighbours of the lowest rank, the leftmost of equals, until none can be
/// joined. Short words by looking at every pair again after each joint; long ones by a linked list and a queue, O(n log n).
/// </summary>
internal static class PairMerger
{
    private const int None = -1;
    private const int LongestShort = 48;

    /// <param name="tokens">The tokens of the word's characters; overwritten with the result.</param>
    /// <param name="merges">Which neighbours are joined.</param>
    /// <returns>How many tokens are left.</returns>
    public static int Merge(Span<int> tokens, MergeTable merges) =>
        tokens.Length <= LongestShort ? MergeShort(tokens, merges) : MergeLong(tokens, merges);

    /// <summary>As <see cref="Merge"/>, whatever the length.</summary>
    internal static int MergeShort(Span<int> tokens, MergeTable merges)
    {
        // What each token would become with the one after it.
        int count = tokens.Length;
        Span<Merge> offers = count <= LongestShort ? stackalloc Merge[LongestShort] : new Merge[count];
        for (int place = 0; place + 1 < count; place++)
        {
            offers[place] = merges.Find(tokens[place], tokens[place + 1]);
        }

        while (count > 1)
        {
            int best = 0;
            for (int place = 1; place + 1 < count; place++)
            {
                best = offers[place].Rank < offers[best].Rank ? place : best;
            }

            if (offers[best].Rank == MergeTable.NoRank)
            {
                break;
            }

            tokens[best] = offers[best].Token;
            count--;
            tokens[(best + 2)..(count + 1)].CopyTo(tokens[(best + 1)..]);
            offers[(best + 1)..count].CopyTo(offers[best..]);
            if (best > 0)
            {
                offers[best - 1] = merges.Find(tokens[best - 1], tokens[best]);
            }

            if (best + 1 < count)
            {
                offers[best] = merges.Find(tokens[best], tokens[best + 1]);
            }
        }

        return count;
    }

    /// <summary>As <see cref="Merge"/>, whatever the length.</summary>
    internal static int MergeLong(Span<int> tokens, MergeTable merges)
    {
        int count = tokens.Length;
        var next = new int[count];
        var previous = new int[count];
        var queue = new MergeQueue();
        for (int place = 0; place < count; place++)
        {
            previous[place] = place - 1;
            next[place] = place + 1 < count ? place + 1 : None;
            Offer(tokens, place, next[place], merges, queue);
        }

        while (queue.TryTake(out int rank, out int place))
        {
            // The pair may be gone by now, or have become another one.
            int right = tokens[place] == None ? None : next[place];
            if (right == None || !merges.TryFind(tokens[place], tokens[right], out Merge merge) || merge.Rank != rank)
            {
                continue;
            }

            tokens[place] = merge.Token;
            tokens[right] = None;
            next[place] = next[right];
            if (next[place] != None)
            {
                previous[next[place]] = place;
            }

            Offer(tokens, previous[place], place, merges, queue);
            Offer(tokens, place, next[place], merges, queue);
        }

        int kept = 0;
        foreach (int token in tokens)
        {
            if (token != None)
            {
                tokens[kept++] = token;
            }
        }

        return kept;
    }

    private static void Offer(Span<int> tokens, int left, int right, MergeTable merges, MergeQueue queue)
    {
        if (left >= 0 && right >= 0 && merges.TryFind(tokens[left], tokens[right], out Merge merge))
        {
            queue.Add(merge.Rank, left);
        }
    }
}
