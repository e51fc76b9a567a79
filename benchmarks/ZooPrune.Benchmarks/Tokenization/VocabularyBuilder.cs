namespace ZooPrune.Benchmarks;

/// <summary>
/// Makes merges until given words are one token each: a word is first cut as the merges so far do it, then its pieces are joined from the
/// left. So a vocabulary comes to be like one that was trained: common words whole, rare ones in common parts.
/// </summary>
internal sealed class VocabularyBuilder
{
    private readonly Dictionary<(string Left, string Right), int> _ranks = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(string Left, string Right)> _merges = [];

    public VocabularyBuilder(IEnumerable<string> tokens)
    {
        foreach (string token in tokens)
        {
            Add(token);
        }
    }

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public IReadOnlyList<(string Left, string Right)> Merges => _merges;

    /// <summary>Learns words, the first first, until there are so many tokens.</summary>
    public void Learn(IEnumerable<string> words, int tokens)
    {
        foreach (string word in words)
        {
            if (_ids.Count >= tokens)
            {
                return;
            }

            List<string> pieces = Cut(word);
            while (pieces.Count > 1)
            {
                string joined = pieces[0] + pieces[1];
                if (!_ranks.TryAdd((pieces[0], pieces[1]), _merges.Count))
                {
                    break;
                }

                _merges.Add((pieces[0], pieces[1]));
                Add(joined);
                pieces[0] = joined;
                pieces.RemoveAt(1);
            }
        }
    }

    private void Add(string token) => _ids.TryAdd(token, _ids.Count);

    /// <summary>The tokens of a word: the two neighbours of the lowest rank are joined until none can be.</summary>
    public List<string> Cut(string word)
    {
        List<string> pieces = [.. word.Select(character => character.ToString())];
        while (true)
        {
            int best = -1;
            int lowest = int.MaxValue;
            for (int place = 0; place + 1 < pieces.Count; place++)
            {
                if (_ranks.TryGetValue((pieces[place], pieces[place + 1]), out int rank) && rank < lowest)
                {
                    (best, lowest) = (place, rank);
                }
            }

            if (best < 0)
            {
                return pieces;
            }

            pieces[best] += pieces[best + 1];
            pieces.RemoveAt(best + 1);
        }
    }
}
