namespace ZooPrune;

/// <summary>Objects that wait to be used again. Never blocks and never allocates; what does not fit is left to the collector.</summary>
/// <remarks>May be used by any number of threads.</remarks>
internal sealed class IdlePool<T>
    where T : class
{
    private readonly T?[] _idle = new T?[64];

    /// <summary>An idle object, or null where there is none.</summary>
    public T? Take()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is not null && Interlocked.Exchange(ref _idle[i], null) is T item)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>Hands an object over; its giver must not use it any more.</summary>
    /// <returns>False where it did not fit.</returns>
    public bool Give(T item)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is null && Interlocked.CompareExchange(ref _idle[i], item, null) is null)
            {
                return true;
            }
        }

        return false;
    }
}
