using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Engine;

/// <summary>One sequence of a cache.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Row">Which of its sequences.</param>
internal readonly record struct CacheRow(KvCache Cache, int Row)
{
    /// <summary>Tokens that the row stands for.</summary>
    public int Length => Cache.Length - Cache.Padding[Row];
}

/// <summary>
/// All states of a decoder for the tokens read so far, of one sequence or of several side by side. The values stay where ONNX Runtime put
/// them: what one run gives is handed to the next as it is. Immutable, as far as its tokens go; disposing frees it.
/// </summary>
internal sealed class KvCache : IDisposable
{
    private readonly DecoderSignature _signature;
    private readonly ICacheStore _store;
    private readonly GrowingMemory? _memory;
    private readonly IDisposable _owner;

    private KvCache(
        DecoderSignature signature,
        ICacheStore store,
        IReadOnlyList<OrtValue> values,
        int length,
        IReadOnlyList<int> padding,
        GrowingMemory? memory,
        IDisposable owner)
    {
        _signature = signature;
        _store = store;
        Values = values;
        Length = length;
        Padding = padding;
        _memory = memory;
        _owner = owner;
    }

    /// <summary>One for each state; those that grow have <see cref="Capacity"/> tokens.</summary>
    public IReadOnlyList<OrtValue> Values { get; }

    /// <summary>Tokens of the longest row.</summary>
    public int Length { get; }

    /// <summary>Tokens that there is room for.</summary>
    public int Capacity => _memory?.Capacity ?? Length;

    /// <summary>Sequences side by side.</summary>
    public int Rows => Padding.Count;

    /// <summary>
    /// [Rows]; how many tokens of a row stand for nothing, because another row is longer. They are at its start, or at its end where the
    /// decoder grows its cache in place; the attention mask hides them.
    /// </summary>
    public IReadOnlyList<int> Padding { get; }

    /// <summary>The cache before the first token.</summary>
    /// <param name="signature">The decoder's.</param>
    /// <param name="store">Where it has its states; it lives longer than all caches that come from this one.</param>
    /// <param name="rows">Sequences side by side.</param>
    public static KvCache Empty(DecoderSignature signature, ICacheStore store, int rows)
    {
        DisposableList<OrtValue> values = [.. signature.States.Select(state => store.Zeros(state, rows, 0))];
        return new KvCache(signature, store, values, 0, new int[rows], null, values);
    }

    /// <summary>What a run of the decoder gave.</summary>
    /// <param name="past">The cache that the run went on from.</param>
    /// <param name="count">Tokens that the run read in each row.</param>
    /// <param name="memory">Where what grows was written to, the cache owns a share of it; null where it is among the outputs.</param>
    /// <param name="values">One for each state.</param>
    /// <param name="outputs">What else the cache owns.</param>
    public static KvCache After(KvCache past, int count, GrowingMemory? memory, IReadOnlyList<OrtValue> values, IDisposable outputs) => new(
        past._signature,
        past._store,
        values,
        past.Length + count,
        past.Padding,
        memory,
        memory is null ? outputs : new DisposableList<IDisposable> { outputs, memory });

    /// <summary>Memory that has what grows of this cache, and room for more tokens behind it, which nobody else writes to.</summary>
    /// <param name="count">Tokens that are to be added.</param>
    /// <param name="room">Tokens that may come after these.</param>
    /// <returns>The cache's own memory where it has the room and no other run went on from here; otherwise a copy.</returns>
    public GrowingMemory Extend(int count, int room)
    {
        int total = Length + count;
        if (_memory is not null && _memory.TryClaim(Length, total))
        {
            return _memory.Share();
        }

        int spare = Math.Max(room, Length == 0 ? 0 : Math.Max(GrowingMemory.LeastGrowth, total / 8));
        CacheRow[] rows = [.. Enumerable.Range(0, Rows).Select(row => new CacheRow(this, row))];
        return new GrowingMemory(Copy(rows, total + spare, isGrowing: true), total + spare, total);
    }

    /// <summary>Copies sequences side by side into a cache of their own, the shorter ones padded.</summary>
    /// <param name="rows">One or more, in any order; one may come twice.</param>
    /// <param name="room">Tokens that may come, in memory that grows in place.</param>
    public static KvCache Stack(IReadOnlyList<CacheRow> rows, int room = 0)
    {
        DecoderSignature signature = rows[0].Cache._signature;
        int length = rows.Max(row => row.Length);
        int[] padding = [.. rows.Select(row => length - row.Length)];
        if (!signature.GrowsInPlace || length == 0)
        {
            DisposableList<OrtValue> copies = Copy(rows, length, isGrowing: null);
            return new KvCache(signature, rows[0].Cache._store, copies, length, padding, null, copies);
        }

        DisposableList<OrtValue> fixedStates = Copy(rows, length, isGrowing: false);
        var memory = new GrowingMemory(Copy(rows, length + room, isGrowing: true), length + room, length);
        return new KvCache(
            signature,
            rows[0].Cache._store,
            signature.Merge(memory.Values, fixedStates),
            length,
            padding,
            memory,
            new DisposableList<IDisposable> { fixedStates, memory });
    }

    public void Dispose() => _owner.Dispose();

    /// <summary>New values with copies of sequences, of the states that grow, of those that do not, or of all.</summary>
    private static DisposableList<OrtValue> Copy(IReadOnlyList<CacheRow> rows, int capacity, bool? isGrowing)
    {
        (DecoderSignature signature, ICacheStore store) = (rows[0].Cache._signature, rows[0].Cache._store);
        int length = rows.Max(row => row.Length);
        var values = new DisposableList<OrtValue>();
        try
        {
            foreach ((int i, DecoderState state) in signature.States.Index())
            {
                if (isGrowing is null || state.Grows == isGrowing)
                {
                    values.Add(state.Grows && length == 0
                        ? store.Zeros(state, rows.Count, capacity)
                        : store.Copy(state, [.. rows.Select(row => RowOf(row, i, length))], capacity));
                }
            }

            return values;
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>A row's part of a state, to go to the start of another value, or to its end where nothing is to come behind it.</summary>
    private static StateRow RowOf(CacheRow row, int state, int length)
    {
        KvCache cache = row.Cache;
        bool isAtStart = cache._signature.GrowsInPlace;
        return new StateRow(
            cache.Values[state],
            cache.Rows,
            row.Row,
            isAtStart ? 0 : cache.Padding[row.Row],
            row.Length,
            isAtStart ? 0 : length - row.Length);
    }
}

/// <summary>
/// Memory of the states that grow, with room for more tokens, into which runs write without a copy. Several caches may share it, of which
/// each stands for its first tokens: what is written once stays as it is. Freed when the last who shares it disposes it. Thread-safe.
/// </summary>
/// <param name="values">One for each growing state.</param>
/// <param name="capacity">Tokens that there is room for.</param>
/// <param name="claimed">Tokens that are written or about to be.</param>
internal sealed class GrowingMemory(DisposableList<OrtValue> values, int capacity, int claimed) : IDisposable
{
    /// <summary>Least number of tokens by which memory grows that has become too short.</summary>
    public const int LeastGrowth = 64;

    private int _claimed = claimed;
    private int _shares = 1;

    public IReadOnlyList<OrtValue> Values => values;

    public int Capacity => capacity;

    /// <summary>Reserves the tokens behind those of a cache. Not where another run went on from that cache: its tokens are there.</summary>
    public bool TryClaim(int from, int to) => to <= capacity && Interlocked.CompareExchange(ref _claimed, to, from) == from;

    /// <summary>This memory, for one more owner.</summary>
    public GrowingMemory Share()
    {
        Interlocked.Increment(ref _shares);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            values.Dispose();
        }
    }
}
