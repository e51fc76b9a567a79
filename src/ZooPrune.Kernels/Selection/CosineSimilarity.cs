namespace ZooPrune;

/// <summary>
/// The cosines between the projected tokens of one image or tile, a row at a time. Rows come from one Gram matrix where many of them
/// are wanted and it is not too large, otherwise each is computed when asked for: two routes to the same bits.
/// </summary>
/// <remarks>
/// A row of length 0 has the cosine 0 with every token, itself included. Not for several threads at once. Made to be used again:
/// once <see cref="Prepare"/> has seen the largest image, it allocates nothing.
/// </remarks>
internal sealed class CosineSimilarity
{
    // 256 MB of Gram matrix, N = 8192.
    private const long LargestGram = 1L << 26;

    // The whole Gram matrix costs what N / this many rows cost that are computed alone. Measured on one core with 512-bit registers:
    // H 4096, N 576: 0.33 ms a row, 10.2 ms the matrix (N / 19); N 2880: 2.7 and 306 ms (N / 26); where all rows stay in the
    // second-level cache a row is cheap (H 128, N 576: 0.003 and 0.34 ms, N / 5).
    private const int GramAdvantage = 20;
    private const int CachedGramAdvantage = 5;
    private const long CachedValues = 1L << 18;

    // Multiply-adds of a Gram matrix that one core does in a millisecond or two: handing them to other threads gains nothing
    // (at N 576, H 128 it takes 0.4 ms) and waits for whatever else keeps those busy.
    private const long SerialWork = 1L << 27;

    // Tokens of a row that one thread computes at a time: whole blocks of strips of every width.
    private const int RowBlock = 96;

    private readonly FloatBuffer _unitRows = new();
    private readonly FloatBuffer _values = new();
    private readonly FloatBuffer _mean = new();
    private readonly FloatBuffer _closest = new();
    private ITokenKernels _kernels = TokenKernels.Reference;
    private int _maxThreads;
    private int _count;
    private int _width;
    private bool _hasGram;

    /// <summary>Similarities of nothing; to be prepared.</summary>
    public CosineSimilarity()
    {
    }

    /// <summary>Prepares the cosines of Z_i - b mean(Z) for one use.</summary>
    public CosineSimilarity(in ScoredTokens tokens, float centering, int rowsWanted, int maxThreads, ITokenKernels kernels)
    {
        Prepare(tokens, centering, rowsWanted, maxThreads, kernels);
    }

    private int PackedLength => (int)PackedView.Length(_count, _width, _kernels.StripRows);

    private PackedView UnitRows => new(_unitRows.Floats(PackedLength), _count, _width, _kernels.StripRows);

    /// <summary>Prepares the cosines of Z_i - b mean(Z). What was prepared before is gone.</summary>
    /// <param name="tokens">Z.</param>
    /// <param name="centering">b, 0 to 1.</param>
    /// <param name="rowsWanted">How many rows will be asked for; chooses the route.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="kernels">The loops.</param>
    public void Prepare(in ScoredTokens tokens, float centering, int rowsWanted, int maxThreads, ITokenKernels kernels)
    {
        _kernels = kernels;
        _count = tokens.Count;
        _width = tokens.Width;
        _maxThreads = (long)_count * _count * _width <= SerialWork ? 1 : maxThreads;
        _unitRows.Floats(PackedView.Length(_count, _width, kernels.StripRows));
        PackUnitRows(tokens.Projected, centering);

        int advantage = (long)_count * _width <= CachedValues ? CachedGramAdvantage : GramAdvantage;
        _hasGram = (long)rowsWanted * advantage >= _count && (long)_count * _count <= LargestGram;
        if (_hasGram)
        {
            GramMatrix.Fill(UnitRows, _values.Floats(_count * _count), _maxThreads, kernels);
        }
    }

    /// <summary>The cosines of one token with every token, [N]; valid until the next call.</summary>
    public unsafe ReadOnlySpan<float> Row(int token)
    {
        if (_hasGram)
        {
            return _values.Floats(_count * _count).Slice(token * _count, _count);
        }

        Span<float> row = _values.Floats(_count);
        fixed (float* target = row)
        {
            ParallelLoop.Run((_count + RowBlock - 1) / RowBlock, _maxThreads, new RowBody(this, token, target));
        }

        return row;
    }

    /// <summary>[N] values, all minus infinity: room for the largest similarity of each token to those already taken.</summary>
    public Span<float> NothingClose()
    {
        Span<float> closest = _closest.Floats(_count);
        closest.Fill(float.NegativeInfinity);
        return closest;
    }

    private unsafe void PackUnitRows(ReadOnlySpan<float> projected, float centering)
    {
        Span<float> offset = [];
        if (centering > 0)
        {
            offset = _mean.Floats(_width);
            MeanRow.Compute(projected, centering, offset, _maxThreads);
        }

        fixed (float* z = projected, mean = offset)
        {
            int strips = (_count + _kernels.StripRows - 1) / _kernels.StripRows;
            ParallelLoop.Run(strips, _maxThreads, new PackBody(this, z, mean));
        }
    }

    private readonly unsafe struct PackBody(CosineSimilarity owner, float* z, float* mean) : ILoopBody
    {
        public void Run(int index)
        {
            int width = owner._width;
            int strip = owner._kernels.StripRows;
            int first = index * strip;
            int rows = Math.Min(strip, owner._count - first);
            owner._kernels.PackUnitRows(
                new MatrixView(new ReadOnlySpan<float>(z + ((nint)first * width), rows * width), rows, width),
                new ReadOnlySpan<float>(mean, mean == null ? 0 : width),
                owner._unitRows.Floats(owner.PackedLength).Slice(first * width, strip * width));
        }
    }

    private readonly unsafe struct RowBody(CosineSimilarity owner, int token, float* row) : ILoopBody
    {
        public void Run(int index)
        {
            int first = index * RowBlock;
            int count = Math.Min(RowBlock, owner._count - first);
            Span<float> part = new(row + first, count);
            part.Clear();
            PackedView all = owner.UnitRows;
            owner._kernels.AddProducts(all.Slice(token, 1, 0, owner._width), all.Slice(first, count, 0, owner._width), part, count);
        }
    }
}
