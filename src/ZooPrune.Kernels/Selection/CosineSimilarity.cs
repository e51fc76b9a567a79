using System.Buffers;
using System.Runtime.CompilerServices;

namespace ZooPrune;

/// <summary>
/// The cosines between the projected tokens of one image or tile, a row at a time. Rows come from one Gram matrix where many of them
/// are wanted and it is not too large, otherwise each is computed when asked for: two routes to the same bits.
/// </summary>
/// <remarks>A row of length 0 has the cosine 0 with every token, itself included. Not for several threads at once.</remarks>
internal sealed class CosineSimilarity : IDisposable
{
    // 256 MB of Gram matrix, N = 8192.
    private const long LargestGram = 1L << 26;

    // A row of the Gram matrix costs about an eighth of a row computed alone: its rows are halved and reuse what is in cache.
    private const int GramAdvantage = 8;

    // Multiply-adds of a Gram matrix that one core does in a few milliseconds: handing them to other threads gains nothing
    // (measured at N 576, H 128: 2.7 ms on one thread, 2.6 on two) and waits for whatever else keeps those busy.
    private const long SerialWork = 1L << 27;

    private readonly ITokenKernels _kernels;
    private readonly int _maxThreads;
    private readonly int _count;
    private readonly int _width;
    private readonly float[] _unitRows;
    private readonly float[] _values;
    private readonly bool _hasGram;

    /// <summary>Prepares the cosines of Z_i - b mean(Z).</summary>
    /// <param name="tokens">Z.</param>
    /// <param name="centering">b, 0 to 1.</param>
    /// <param name="rowsWanted">How many rows will be asked for; chooses the route.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="kernels">The loops.</param>
    public CosineSimilarity(in ScoredTokens tokens, float centering, int rowsWanted, int maxThreads, ITokenKernels kernels)
    {
        _kernels = kernels;
        _count = tokens.Count;
        _width = tokens.Width;
        _maxThreads = (long)_count * _count * _width <= SerialWork ? 1 : maxThreads;
        _unitRows = ArrayPool<float>.Shared.Rent(_count * _width);
        FillUnitRows(tokens.Projected, centering > 0 ? Mean(tokens, centering) : []);

        _hasGram = (long)rowsWanted * GramAdvantage >= _count && (long)_count * _count <= LargestGram;
        _values = ArrayPool<float>.Shared.Rent(_hasGram ? _count * _count : _count);
        if (_hasGram)
        {
            FillGram();
        }
    }

    /// <summary>The cosines of one token with every token, [N]; valid until the next call.</summary>
    public ReadOnlySpan<float> Row(int token)
    {
        if (_hasGram)
        {
            return _values.AsSpan(token * _count, _count);
        }

        TokenLoop.Run(_count, _maxThreads, (first, rows) =>
        {
            Span<float> part = _values.AsSpan(first, rows);
            part.Clear();
            _kernels.AddProducts(UnitRows(token, 1), UnitRows(first, rows), part, rows);
        });
        return _values.AsSpan(0, _count);
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_unitRows);
        ArrayPool<float>.Shared.Return(_values);
    }

    private static float[] Mean(in ScoredTokens tokens, float centering)
    {
        double[] sums = new double[tokens.Width];
        for (int start = 0; start < tokens.Projected.Length; start += sums.Length)
        {
            ReadOnlySpan<float> row = tokens.Projected.Slice(start, sums.Length);
            for (int k = 0; k < sums.Length; k++)
            {
                sums[k] += row[k];
            }
        }

        float[] mean = new float[sums.Length];
        for (int k = 0; k < mean.Length; k++)
        {
            mean[k] = (float)(centering * (sums[k] / tokens.Count));
        }

        return mean;
    }

    private unsafe void FillUnitRows(ReadOnlySpan<float> projected, float[] offset)
    {
        fixed (float* start = projected)
        {
            PinnedRows z = new(start, _width);
            TokenLoop.Run(_count, _maxThreads, (first, rows) =>
            {
                for (int i = first; i < first + rows; i++)
                {
                    _kernels.UnitRow(z.Rows(i, 1), offset, _unitRows.AsSpan(i * _width, _width));
                }
            });
        }
    }

    /// <summary>The products on and right of the diagonal blocks, then their mirror image: x . y and y . x have the same bits.</summary>
    private void FillGram()
    {
        TokenLoop.Run(_count, _maxThreads, (first, rows) =>
        {
            Span<float> part = _values.AsSpan(first * _count, rows * _count);
            part.Clear();
            _kernels.AddProducts(UnitRows(first, rows), UnitRows(first, _count - first), part[first..], _count);
        });
        TokenLoop.Run(_count, _maxThreads, (first, rows) =>
        {
            for (int i = first; i < first + rows; i++)
            {
                Mirror(_values, i, _count);
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mirror(float[] values, int row, int count)
    {
        for (int column = 0; column < row; column++)
        {
            values[(row * count) + column] = values[(column * count) + row];
        }
    }

    private MatrixView UnitRows(int first, int rows) =>
        new(_unitRows.AsSpan(first * _width, rows * _width), rows, _width);
}
