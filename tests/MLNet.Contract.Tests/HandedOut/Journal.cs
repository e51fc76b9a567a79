namespace ZooPrune.Contract;

/// <summary>
/// What a third-party stage was asked to do. Safe to use from several threads; a counter that another thread may
/// still be about to raise is left out by naming it here.
/// </summary>
internal sealed class Journal(params string[] ignoredCounters)
{
    /// <summary>Cursors that ML.NET reads on a thread of its own are disposed there, at no definite moment.</summary>
    public const string CursorsDisposed = "cursors disposed";

    private readonly object _lock = new();
    private readonly List<string> _calls = [];
    private readonly SortedDictionary<string, int> _counters = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public string Counters
    {
        get
        {
            lock (_lock)
                return "[" + string.Join(", ", _counters.Select(c => $"{c.Key} {c.Value}")) + "]";
        }
    }

    public void Call(string call)
    {
        lock (_lock)
            _calls.Add(call);
    }

    public void Increment(string counter)
    {
        if (ignoredCounters.Contains(counter))
            return;
        lock (_lock)
            _counters[counter] = _counters.GetValueOrDefault(counter) + 1;
    }

    public int Count(string counter)
    {
        lock (_lock)
            return _counters.GetValueOrDefault(counter);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _calls.Clear();
            _counters.Clear();
        }
    }
}
