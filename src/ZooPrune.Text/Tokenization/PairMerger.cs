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

/// <summary>
/// Places of a word where neighbours may be joined: the lowest rank first, then the leftmost. Places of one rank are a list that
/// is sorted once, since most come in order; a heap of all places is several times slower on a word of a million characters.
/// </summary>
internal sealed class MergeQueue
{
    private readonly Dictionary<int, Places> _byRank = [];
    private readonly PriorityQueue<(int Rank, Places Places), int> _ranks = new();

    public void Add(int rank, int place)
    {
        if (!_byRank.TryGetValue(rank, out Places? places))
        {
            places = new Places();
            _byRank[rank] = places;
        }

        if (places.IsEmpty)
        {
            _ranks.Enqueue((rank, places), rank);
        }

        places.Add(place);
    }

    public bool TryTake(out int rank, out int place)
    {
        if (!_ranks.TryPeek(out (int Rank, Places Places) lowest, out rank))
        {
            place = 0;
            return false;
        }

        place = lowest.Places.Take();
        if (lowest.Places.IsEmpty)
        {
            _ranks.Dequeue();
        }

        return true;
    }

    /// <summary>The places of one rank.</summary>
    private sealed class Places
    {
        private readonly List<int> _list = [];

        // What comes after the first place was taken: rare, and sorting the list again and again could take for ever.
        private readonly PriorityQueue<int, int> _late = new();
        private int _taken;
        private bool _isSorted = true;

        public bool IsEmpty => _taken == _list.Count && _late.Count == 0;

        public void Add(int place)
        {
            if (IsEmpty)
            {
                _list.Clear();
                _taken = 0;
                _isSorted = true;
            }

            if (_taken > 0)
            {
                _late.Enqueue(place, place);
                return;
            }

            _isSorted &= _list.Count == 0 || _list[^1] <= place;
            _list.Add(place);
        }

        public int Take()
        {
            if (!_isSorted)
            {
                _list.Sort();
                _isSorted = true;
            }

            return _taken == _list.Count || (_late.TryPeek(out int late, out _) && late < _list[_taken]) ? _late.Dequeue() : _list[_taken++];
        }
    }
}
