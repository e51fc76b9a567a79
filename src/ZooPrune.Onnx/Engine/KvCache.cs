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
    private readonly GrowingMemory? _memory;
    private readonly IDisposable _owner;

    private KvCache(
        DecoderSignature signature,
        IReadOnlyList<OrtValue> values,
        int length,
        IReadOnlyList<int> padding,
        GrowingMemory? memory,
        IDisposable owner)
    {
        _signature = signature;
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
    /// <param name="rows">Sequences side by side.</param>
    public static KvCache Empty(DecoderSignature signature, int rows)
    {
        DisposableList<OrtValue> values = Allocate(signature.States, rows, 0);
        return new KvCache(signature, values, 0, new int[rows], null, values);
    }

    /// <summary>What a run of the decoder gave.</summary>
    /// <param name="past">The cache that the run went on from.</param>
    /// <param name="count">Tokens that the run read in each row.</param>
    /// <param name="memory">Where what grows was written to, the cache owns a share of it; null where it is among the outputs.</param>
    /// <param name="values">One for each state.</param>
    /// <param name="outputs">What else the cache owns.</param>
    public static KvCache After(KvCache past, int count, GrowingMemory? memory, IReadOnlyList<OrtValue> values, IDisposable outputs) => new(
        past._signature,
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
        return new GrowingMemory(Copy(_signature, rows, total + spare, isGrowing: true), total + spare, total);
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
            DisposableList<OrtValue> copies = Copy(signature, rows, length, isGrowing: null);
            return new KvCache(signature, copies, length, padding, null, copies);
        }

        DisposableList<OrtValue> fixedStates = Copy(signature, rows, length, isGrowing: false);
        var memory = new GrowingMemory(Copy(signature, rows, length + room, isGrowing: true), length + room, length);
        return new KvCache(
            signature,
            signature.Merge(memory.Values, fixedStates),
            length,
            padding,
            memory,
            new DisposableList<IDisposable> { fixedStates, memory });
    }

    public void Dispose() => _owner.Dispose();

    /// <summary>New values with copies of sequences, of the states that grow, of those that do not, or of all.</summary>
    private static DisposableList<OrtValue> Copy(DecoderSignature signature, IReadOnlyList<CacheRow> rows, int capacity, bool? isGrowing)
    {
        int length = rows.Max(row => row.Length);
        DecoderState[] states = [.. signature.States.Where(state => isGrowing is null || state.Grows == isGrowing)];
        DisposableList<OrtValue> values = Allocate(states, rows.Count, capacity);
        foreach ((int i, DecoderState state) in states.Index())
        {
            if (state.Grows && capacity == 0)
            {
                continue;
            }

            Span<byte> target = values[i].GetTensorMutableRawData();
            int number = Array.IndexOf(signature.States, state);
            for (int row = 0; row < rows.Count; row++)
            {
                (int start, int tokens) = (signature.GrowsInPlace ? 0 : length - rows[row].Length, rows[row].Length);
                Span<byte> all = target.Slice(row * (target.Length / rows.Count), target.Length / rows.Count);
                CopyRow(state, rows[row], number, all, signature.GrowsInPlace, start * state.TokenBytes, tokens * state.TokenBytes);
            }
        }

        return values;
    }

    /// <summary>A row of one state, in each of its parts to the same place.</summary>
    private static void CopyRow(
        DecoderState state, CacheRow row, int number, Span<byte> target, bool isAtStart, int start, int bytes)
    {
        (KvCache cache, int from) = row;
        Span<byte> values = cache.Length == 0 && state.Grows ? [] : cache.Values[number].GetTensorMutableRawData();
        values = values.Slice(from * (values.Length / cache.Rows), values.Length / cache.Rows);
        if (!state.Grows)
        {
            values.CopyTo(target);
            return;
        }

        int first = isAtStart ? 0 : cache.Padding[from] * state.TokenBytes;
        for (int part = 0; part < state.Parts; part++)
        {
            Span<byte> to = target.Slice(part * (target.Length / state.Parts), target.Length / state.Parts);
            to[..start].Clear();
            if (bytes > 0)
            {
                values.Slice((part * (values.Length / state.Parts)) + first, bytes).CopyTo(to[start..]);
            }

            to[(start + bytes)..].Clear();
        }
    }

    /// <summary>Values of the states; those that do not grow are zeros.</summary>
    private static DisposableList<OrtValue> Allocate(IEnumerable<DecoderState> states, int rows, int tokens)
    {
        var values = new DisposableList<OrtValue>();
        foreach (DecoderState state in states)
        {
            OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, state.Type, state.ShapeFor(rows, tokens));
            values.Add(value);
            if (!state.Grows)
            {
                value.GetTensorMutableRawData().Clear();
            }
        }

        return values;
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
