namespace ZooPrune.Text;

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
