using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The quadratic form behind the closed-form sensitivity: Q = (W2^T W2) o (W1 W1^T), o element by element; symmetric, positive
/// semidefinite, [H1, H1].
/// </summary>
/// <remarks>
/// With J_i = W2 diag(d_i) W1 the Jacobian at token i, ||J_i||_F^2 = d_i^T Q d_i, and for u uniform on the unit sphere of R^D
/// E||J_i u||^2 = ||J_i||_F^2 / D: proposition 3.1 of ZOO-Prune in the limit, with the mean square in place of the mean.
/// Immutable. Products are summed in float over 256 terms and from there on in double, then stored as float.
/// </remarks>
internal sealed class QuadraticForm : IQuadraticForm
{
    // Hidden units to a block: the off-diagonal blocks are evaluated once and counted twice.
    private const int Block = 64;
    private const int FloatTerms = 256;

    private readonly float[] _values;
    private readonly int _hiddenWidth;
    private readonly int _inputWidth;

    private QuadraticForm(float[] values, int hiddenWidth, int inputWidth)
    {
        _values = values;
        _hiddenWidth = hiddenWidth;
        _inputWidth = inputWidth;
    }

    /// <summary>Q, row-major [H1, H1], both halves.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Computes (W2^T W2) o (A A^T); for Linear, GELU, Linear A is W1.</summary>
    /// <param name="rows">A, row-major [H1, <paramref name="width"/>].</param>
    /// <param name="width">Width of A.</param>
    /// <param name="weight2">W2, row-major [H, H1].</param>
    /// <param name="outputWidth">H.</param>
    /// <param name="inputWidth">D, by which S is divided.</param>
    /// <param name="kernels">The loops.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    public static QuadraticForm Of(
        float[] rows, int width, ReadOnlySpan<float> weight2, int outputWidth, int inputWidth, ITokenKernels kernels, int maxThreads)
    {
        int hidden = rows.Length / width;
        if ((long)hidden * hidden > Array.MaxLength)
        {
            throw Throw.SizeTooLarge("Closed-form sensitivity, Q", (long)hidden * hidden, "projector");
        }

        float[] weight2Columns = Transpose(weight2, outputWidth, hidden);
        float[] values = new float[hidden * hidden];
        int blocks = (hidden + Block - 1) / Block;
        ParallelLoop.Run(blocks * blocks, maxThreads, index =>
        {
            int row = index / blocks * Block;
            int column = index % blocks * Block;
            if (column <= row)
            {
                int height = Math.Min(Block, hidden - row);
                int columns = Math.Min(Block, hidden - column);
                double[] first = Gram(rows, width, row, height, column, columns, kernels);
                double[] second = Gram(weight2Columns, outputWidth, row, height, column, columns, kernels);
                Store(values, hidden, first, second, row, height, column, columns);
            }
        });
        return new QuadraticForm(values, hidden, inputWidth);
    }

    /// <summary>The diagonal of Q, [H1].</summary>
    public float[] Diagonal()
    {
        float[] diagonal = new float[_hiddenWidth];
        for (int k = 0; k < diagonal.Length; k++)
        {
            diagonal[k] = _values[(k * _hiddenWidth) + k];
        }

        return diagonal;
    }

    /// <summary>S_i = sqrt(d_i^T Q d_i / D).</summary>
    /// <inheritdoc/>
    public void Evaluate(ReadOnlySpan<float> slopes, Span<float> sensitivity, ITokenKernels kernels)
    {
        int count = sensitivity.Length;
        MatrixView d = new(slopes, count, _hiddenWidth);
        MatrixView q = new(_values, _hiddenWidth, _hiddenWidth);
        float[] rented = ArrayPool<float>.Shared.Rent(2 * count * Block);
        double[] sums = ArrayPool<double>.Shared.Rent(count);
        Array.Clear(sums, 0, count);
        for (int from = 0; from < _hiddenWidth; from += Block)
        {
            int width = Math.Min(Block, _hiddenWidth - from);
            Span<float> below = rented.AsSpan(0, count * width);
            Span<float> diagonal = rented.AsSpan(count * width, count * width);
            below.Clear();
            diagonal.Clear();
            kernels.AddProducts(d.Slice(0, count, 0, from), q.Slice(from, width, 0, from), below, width);
            kernels.AddProducts(d.Slice(0, count, from, width), q.Slice(from, width, from, width), diagonal, width);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> row = d[i].Slice(from, width);
                for (int j = 0; j < width; j++)
                {
                    sums[i] += row[j] * ((2.0 * below[(i * width) + j]) + diagonal[(i * width) + j]);
                }
            }
        }

        for (int i = 0; i < count; i++)
        {
            sensitivity[i] = (float)Math.Sqrt(Math.Max(0, sums[i]) / _inputWidth);
        }

        ArrayPool<float>.Shared.Return(rented);
        ArrayPool<double>.Shared.Return(sums);
    }

    /// <summary>Products of rows [row, row + rows) with rows [column, column + columns), summed in double over slices.</summary>
    private static double[] Gram(
        float[] matrix, int width, int row, int rows, int column, int columns, ITokenKernels kernels)
    {
        MatrixView all = new(matrix, matrix.Length / width, width);
        double[] sums = new double[rows * columns];
        float[] slice = new float[rows * columns];
        for (int from = 0; from < width; from += FloatTerms)
        {
            int terms = Math.Min(FloatTerms, width - from);
            Array.Clear(slice);
            kernels.AddProducts(all.Slice(row, rows, from, terms), all.Slice(column, columns, from, terms), slice, columns);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += slice[i];
            }
        }

        return sums;
    }

    private static void Store(
        float[] values, int hidden, double[] first, double[] second, int row, int rows, int column, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                float value = (float)(first[(i * columns) + j] * second[(i * columns) + j]);
                values[((row + i) * hidden) + column + j] = value;
                values[((column + j) * hidden) + row + i] = value;
            }
        }
    }

    private static float[] Transpose(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        float[] transposed = new float[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                transposed[(j * rows) + i] = matrix[(i * columns) + j];
            }
        }

        return transposed;
    }
}

/// <summary>A quadratic form that gives the sensitivity of a token from the slopes of its activations. Immutable.</summary>
internal interface IQuadraticForm
{
    /// <summary>S_i from d_i.</summary>
    /// <param name="slopes">d, the derivatives of the activation, row-major [n, H1].</param>
    /// <param name="sensitivity">Receives S, [n]; a sum that rounding made negative gives 0.</param>
    /// <param name="kernels">The loops.</param>
    void Evaluate(ReadOnlySpan<float> slopes, Span<float> sensitivity, ITokenKernels kernels);
}
