namespace ZooPrune;

/// <summary>
/// Memory that prunes use again and again, owned by the caller: after the first prunes of each size only what starts their loops is
/// allocated, some hundred bytes on one thread and up to 16 kB on several, whatever the size.
/// </summary>
/// <remarks>
/// What a prune with a workspace returns lies in the workspace and is valid until the workspace is used again; copy what has to live
/// longer. It may go from one pruner to another. Not for several calls at once: a second one is an error. It grows to what the largest
/// prune needed, about N x H floats for Z and N x N for the cosines, and never shrinks; drop it to free its memory.
/// </remarks>
public sealed class PruningWorkspace
{
    // Results that were handed out once, and those of them that belong to the latest call.
    private readonly List<TokenSelection> _all = [];
    private readonly List<TokenSelection> _latest = [];
    private readonly CosineSimilarity _cosines = new();
    private int _inUse;

    /// <summary>Z of the call, [N, H].</summary>
    internal GrowingBuffer<float> Projected { get; } = new();

    /// <summary>S of the call, [N].</summary>
    internal GrowingBuffer<float> Sensitivity { get; } = new();

    /// <summary>Z, S and scores without the protected tokens, and where each candidate comes from.</summary>
    internal GrowingBuffer<float> CandidateRows { get; } = new();

    internal GrowingBuffer<float> CandidateSensitivity { get; } = new();

    internal GrowingBuffer<float> CandidateScores { get; } = new();

    internal GrowingBuffer<float> CandidateVisualTokens { get; } = new();

    /// <summary>Merged rows of an image in order of choice and in order of position, and what the projector makes of them.</summary>
    internal GrowingBuffer<float> MergedRows { get; } = new();

    internal GrowingBuffer<float> SortedRows { get; } = new();

    internal GrowingBuffer<int> Positions { get; } = new();

    /// <summary>[tiles]: candidates, weight and share of every tile.</summary>
    internal GrowingBuffer<int> TileLengths { get; } = new();

    internal GrowingBuffer<double> TileMasses { get; } = new();

    internal GrowingBuffer<int> TileShares { get; } = new();

    /// <summary>What a selection sorts: keys, and the tokens or tiles they belong to.</summary>
    internal GrowingBuffer<double> Keys { get; } = new();

    internal GrowingBuffer<ulong> Hashes { get; } = new();

    internal GrowingBuffer<int> Ranking { get; } = new();

    /// <summary>[N] of a tile: the weights of a greedy selection, and what it took.</summary>
    internal GrowingBuffer<float> Weights { get; } = new();

    internal GrowingBuffer<bool> Taken { get; } = new();

    /// <summary>[K, N] and [N] of a tile, for the determinant of CDPruner.</summary>
    internal GrowingBuffer<double> Factors { get; } = new();

    internal GrowingBuffer<double> Gains { get; } = new();

    /// <summary>Begins a call; <see cref="End"/> has to follow.</summary>
    /// <exception cref="InvalidOperationException">Another call uses the workspace.</exception>
    internal void Begin()
    {
        if (Interlocked.Exchange(ref _inUse, 1) != 0)
        {
            throw Throw.WorkspaceInUse();
        }
    }

    internal void End() => Volatile.Write(ref _inUse, 0);

    /// <summary>The cosines of one tile, until they are asked for the next.</summary>
    /// <inheritdoc cref="CosineSimilarity.Prepare"/>
    internal CosineSimilarity Cosines(in ScoredTokens tokens, float centering, int rowsWanted, int maxThreads, ITokenKernels kernels)
    {
        _cosines.Prepare(tokens, centering, rowsWanted, maxThreads, kernels);
        return _cosines;
    }

    /// <summary>The results of this call, one an image, to be filled; the same objects every time.</summary>
    internal IReadOnlyList<TokenSelection> Selections(int images)
    {
        while (_all.Count < images)
        {
            _all.Add(new TokenSelection());
        }

        _latest.Clear();
        for (int image = 0; image < images; image++)
        {
            _latest.Add(_all[image]);
        }

        return _latest;
    }
}

/// <summary>An array that is replaced by a longer one when it is too short, and otherwise used again.</summary>
/// <param name="values">The first content; all of it is in use.</param>
internal sealed class GrowingBuffer<T>(T[] values)
    where T : unmanaged
{
    private T[] _values = values;
    private int _length = values.Length;

    public GrowingBuffer()
        : this([])
    {
    }

    /// <summary>The part in use: what was taken last.</summary>
    public Span<T> Span => _values.AsSpan(0, _length);

    /// <summary>Takes <paramref name="length"/> values, whatever they are; what was taken before is given up.</summary>
    public Span<T> Take(int length)
    {
        if (_values.Length < length)
        {
            _values = GC.AllocateUninitializedArray<T>(length);
        }

        _length = length;
        return Span;
    }
}
