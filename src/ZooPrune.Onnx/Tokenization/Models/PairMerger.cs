namespace ZooPrune.Onnx;

/// <summary>
/// Byte-pair encoding of one word: joins the two neighbours of the lowest rank, the leftmost of equals, until none can be
/// joined. A linked list and a queue: O(n log n).
/// </summary>
internal static class PairMerger
{
    private const int None = -1;

    /// <param name="tokens">The tokens of the word's characters; overwritten with the result.</param>
    /// <param name="merges">Which neighbours are joined.</param>
    /// <returns>How many tokens are left.</returns>
    public static int Merge(Span<int> tokens, MergeTable merges)
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
