namespace ZooPrune;

/// <summary>
/// The cosines between the projected tokens of one image or tile, a row at a time. Rows come from one Gram matrix where many of them
/// are wanted and it is not too large, otherwise each is computed when asked for: two routes to the same bits.
/// </summary>
/// <remarks>
/// A row of length 0 has the cosine 0 with every token, itself included. Not for several threads at once. Made to be used again:
/// once <see cref="Prepare"/> has seen the largest image, only the loops that run on several threads allocate a little.
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
    private readonly Action<int> _fillRow;
    private ITokenKernels _kernels = TokenKernels.Reference;
    private int _maxThreads;
    private int _count;
    private int _width;
    private int _token;
    private bool _hasGram;

    /// <summary>Similarities of nothing; to be prepared.</summary>
    public CosineSimilarity() => _fillRow = FillRow;

    /// <summary>Prepares the cosines of Z_i - b mean(Z) for one use.</summary>
    public CosineSimilarity(in ScoredTokens tokens, float centering, int rowsWanted, int maxThreads, ITokenKernels kernels)
        : this() => Prepare(tokens, centering, rowsWanted, maxThreads, kernels);

    private int PackedLength => (int)PackedView.Length(_count, _width, _kernels.StripRows);

    private PackedView UnitRows => new(_unitRows.Existing(PackedLength), _count, _width, _kernels.StripRows);

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
    public ReadOnlySpan<float> Row(int token)
    {
        if (_hasGram)
        {
            return _values.Floats(_count * _count).Slice(token * _count, _count);
        }

        // Grown here, before several threads write to it.
        Span<float> row = _values.Floats(_count);
        _token = token;
        ParallelLoop.Run((_count + RowBlock - 1) / RowBlock, _maxThreads, _fillRow);
        return row;
    }

    /// <summary>[N] values, all minus infinity: room for the largest similarity of each token to those already taken.</summary>
    public Span<float> NothingClose()
    {
        Span<float> closest = _closest.Floats(_count);
        closest.Fill(float.NegativeInfinity);
        return closest;
    }

    /// <summary>One block of the row of <see cref="_token"/>.</summary>
    private void FillRow(int index)
    {
        int first = index * RowBlock;
        int count = Math.Min(RowBlock, _count - first);
        Span<float> part = _values.Existing(_count).Slice(first, count);
        part.Clear();
        PackedView all = UnitRows;
        _kernels.AddProducts(all.Slice(_token, 1, 0, _width), all.Slice(first, count, 0, _width), part, count);
    }

    private unsafe void PackUnitRows(ReadOnlySpan<float> projected, float centering)
    {
        if (centering > 0)
        {
            MeanRow.Compute(projected, centering, _mean.Floats(_width), _maxThreads);
        }

        int strip = _kernels.StripRows;
        fixed (float* start = projected)
        {
            PinnedRows z = new(start, _width);
            ParallelLoop.Run((_count + strip - 1) / strip, _maxThreads, index =>
            {
                int first = index * strip;
                int rows = Math.Min(strip, _count - first);
                _kernels.PackUnitRows(
                    new MatrixView(z.Rows(first, rows), rows, _width),
                    centering > 0 ? _mean.Existing(_width) : [],
                    _unitRows.Existing(PackedLength).Slice(first * _width, strip * _width));
            });
        }
    }
}
