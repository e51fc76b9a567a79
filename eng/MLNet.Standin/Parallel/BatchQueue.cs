namespace Microsoft.ML.Data;

/// <summary>Batches from several sources, each of which gives them in ascending order, in the order of all.</summary>
internal sealed class BatchQueue
{
    private const int BatchesPerSource = 2;

    private readonly Lock _lock = new();
    private readonly Queue<RowBatch>[] _waiting;
    private readonly bool[] _isComplete;
    private readonly SemaphoreSlim _changed = new(0);
    private readonly SemaphoreSlim[] _room;
    private long _last = -1;
    private volatile bool _isStopped;

    public BatchQueue(int sources)
    {
        _waiting = [.. Enumerable.Range(0, sources).Select(_ => new Queue<RowBatch>())];
        _room = [.. _waiting.Select(_ => new SemaphoreSlim(BatchesPerSource))];
        _isComplete = new bool[sources];
    }

    /// <summary>Adds a batch as soon as there is room; false if nobody wants it any more.</summary>
    public bool Add(int source, RowBatch batch)
    {
        _room[source].Wait();
        if (_isStopped)
        {
            return false;
        }

        lock (_lock)
        {
            _waiting[source].Enqueue(batch);
        }

        _changed.Release();
        return true;
    }

    /// <summary>The source has no more batches.</summary>
    public void Complete(int source)
    {
        lock (_lock)
        {
            _isComplete[source] = true;
        }

        _changed.Release();
    }

    /// <summary>The next batch and where it came from; null when all sources are complete.</summary>
    public RowBatch Take(out int source)
    {
        while (true)
        {
            lock (_lock)
            {
                source = Lowest();
                if (source >= 0 && IsNext(source))
                {
                    var batch = _waiting[source].Dequeue();
                    _last = batch.Number;
                    _room[source].Release();
                    return batch;
                }

                if (source < 0 && Array.TrueForAll(_isComplete, c => c))
                {
                    return null;
                }
            }

            _changed.Wait();
        }
    }

    /// <summary>No batch is wanted any more.</summary>
    public void Stop()
    {
        _isStopped = true;
        foreach (var room in _room)
        {
            room.Release();
        }
    }

    private int Lowest()
    {
        int lowest = -1;
        for (int i = 0; i < _waiting.Length; i++)
        {
            if (_waiting[i].Count > 0 && (lowest < 0 || _waiting[i].Peek().Number < _waiting[lowest].Peek().Number))
            {
                lowest = i;
            }
        }

        return lowest;
    }

    /// <summary>No other source can still give an earlier batch: the number follows the last one, or all have shown theirs.</summary>
    private bool IsNext(int source)
    {
        if (_waiting[source].Peek().Number <= _last + 1)
        {
            return true;
        }

        for (int i = 0; i < _waiting.Length; i++)
        {
            if (_waiting[i].Count == 0 && !_isComplete[i])
            {
                return false;
            }
        }

        return true;
    }
}
