namespace ZooPrune;

/// <summary>
/// Finds the few squares that come closest to the off-diagonal part of Q where tokens really are, and how many of them are needed.
/// </summary>
/// <remarks>
/// Let O be Q without its diagonal and E [n, H1] the slopes of n fitting tokens. For any u, the square
/// (E O u-combination) f f^T with f = O E^T u / sqrt|u^T K u|, K = E O E^T, taken out of O leaves a form that vanishes along E^T u.
/// Taking the leading u of what is left of K, again and again, is the Nystrom approximation of O from these tokens, the largest part
/// first. u comes from a power iteration; it need not be exact, since any u reduces the rank by one.
/// Deterministic: no random start, no dependence on threads.
/// </remarks>
internal sealed class LowRankFit
{
    // Tokens to each half: enough for ranks to be told apart to 0.0001, few enough for seconds to stay tenths of seconds.
    private const int MostTokens = 512;
    private const int LeastHalf = 32;

    /// <summary>The fewest tokens by which a rank can be chosen.</summary>
    public const int LeastTokens = 2 * LeastHalf;

    private readonly int _hiddenWidth;
    private readonly float[] _diagonal;
    private readonly float[] _images;
    private readonly double[,] _gram;
    private readonly List<float> _factors = [];
    private readonly List<float> _signs = [];

    private LowRankFit(QuadraticForm exact, float[] slopes, int hiddenWidth, ITokenKernels kernels, int maxThreads)
    {
        int count = slopes.Length / hiddenWidth;
        _hiddenWidth = hiddenWidth;
        _diagonal = exact.Diagonal();
        _images = new float[slopes.Length];
        float[] products = new float[count * count];
        ParallelLoop.RunBlocks(count, maxThreads, (first, rows) =>
        {
            MatrixView d = new MatrixView(slopes, count, hiddenWidth).Slice(first, rows, 0, hiddenWidth);
            Span<float> images = _images.AsSpan(first * hiddenWidth, rows * hiddenWidth);
            kernels.AddProducts(d, new MatrixView(exact.Values, hiddenWidth, hiddenWidth), images, hiddenWidth);
            for (int i = 0; i < images.Length; i++)
            {
                images[i] -= _diagonal[i % hiddenWidth] * slopes[(first * hiddenWidth) + i];
            }

            kernels.AddProducts(
                new MatrixView(images, rows, hiddenWidth),
                new MatrixView(slopes, count, hiddenWidth),
                products.AsSpan(first * count),
                count);
        });

        _gram = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                _gram[i, j] = ((double)products[(i * count) + j] + products[(j * count) + i]) / 2;
            }
        }
    }

    /// <summary>Fits on the tokens of even number, judges on those of odd number, and takes the smallest rank that will do.</summary>
    /// <param name="projector">M.</param>
    /// <param name="exact">Its Q.</param>
    /// <param name="tokens">X, row-major [n, D], checked to be whole and finite.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <exception cref="ArgumentException">There are too few tokens to judge by.</exception>
    public static (LowRankForm Form, LowRankChoice Choice) Choose(
        MlpProjector projector, QuadraticForm exact, ReadOnlySpan<float> tokens, int maxThreads)
    {
        int hidden = projector.HiddenWidth;
        int half = tokens.Length / projector.InputWidth / 2;
        if (half < LeastHalf)
        {
            throw Throw.TooFewProbeTokens(tokens.Length / projector.InputWidth, LeastTokens, nameof(tokens));
        }

        int taken = Math.Min(half, MostTokens);
        ITokenKernels kernels = projector.Kernels;
        LowRankFit fit = new(exact, Slopes(projector, tokens, half, taken, 0), hidden, kernels, maxThreads);
        float[] judging = Slopes(projector, tokens, half, taken, 1);
        float[] expected = new float[taken];
        ParallelLoop.RunBlocks(taken, maxThreads, (first, rows) =>
            exact.Evaluate(judging.AsSpan(first * hidden, rows * hidden), expected.AsSpan(first, rows), kernels));

        while (true)
        {
            LowRankForm form = new(fit._diagonal, [.. fit._factors], [.. fit._signs], projector.InputWidth);
            float[] actual = new float[taken];
            ((IQuadraticForm)form).Evaluate(judging, actual, kernels);
            LowRankChoice choice = new()
            {
                Rank = fit._signs.Count,
                RankCorrelation = RankCorrelation.Spearman(actual, expected),
                LargestRelativeError = LargestError(actual, expected),
                TokenCount = taken,
            };
            if (choice.IsAccurate || choice.Rank == LowRankChoice.LargestRank || !fit.TryAddSquare())
            {
                return (form, choice);
            }
        }
    }

    /// <summary>d of every other token, spread over all of them where there are more than wanted; row-major [taken, H1].</summary>
    private static float[] Slopes(MlpProjector projector, ReadOnlySpan<float> tokens, int half, int taken, int odd)
    {
        int width = projector.InputWidth;
        float[] some = new float[taken * width];
        for (int i = 0; i < taken; i++)
        {
            int token = (2 * (int)((long)i * half / taken)) + odd;
            tokens.Slice(token * width, width).CopyTo(some.AsSpan(i * width));
        }

        float[] slopes = new float[taken * projector.HiddenWidth];
        projector.ProjectHidden(some, slopes);
        projector.Kernels.GeluDerivative(slopes, slopes, projector.Gelu);
        return slopes;
    }

    private static double LargestError(float[] actual, float[] expected)
    {
        double largest = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs((double)actual[i] - expected[i]);
            largest = Math.Max(largest, difference == 0 ? 0 : difference / expected[i]);
        }

        return largest;
    }

    /// <summary>Moves one more square out of what is left; false where nothing is left.</summary>
    private bool TryAddSquare()
    {
        int count = _gram.GetLength(0);
        double[] u = PowerIteration.Leading(_gram);
        double[] image = PowerIteration.Multiply(_gram, u);
        double weight = PowerIteration.Dot(u, image);
        double scale = Math.Sqrt(Math.Abs(weight));
        if (!(scale > 0))
        {
            return false;
        }

        float sign = Math.Sign(weight);
        double[] factor = new double[_hiddenWidth];
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < _hiddenWidth; k++)
            {
                factor[k] += u[i] / scale * _images[(i * _hiddenWidth) + k];
            }
        }

        for (int i = 0; i < count; i++)
        {
            double share = sign * image[i] / scale;
            for (int k = 0; k < _hiddenWidth; k++)
            {
                _images[(i * _hiddenWidth) + k] -= (float)(share * factor[k]);
            }

            for (int j = 0; j < count; j++)
            {
                _gram[i, j] -= share * (image[j] / scale);
            }
        }

        _factors.AddRange(factor.Select(value => (float)value));
        _signs.Add(sign);
        return true;
    }
}

/// <summary>The direction in which a small symmetric matrix is largest, in double precision. No random start.</summary>
internal static class PowerIteration
{
    private const int PowerSteps = 40;

    /// <summary>A unit vector near the eigenvector of the eigenvalue of largest size, by power iteration.</summary>
    public static double[] Leading(double[,] matrix)
    {
        int count = matrix.GetLength(0);
        int largest = 0;
        for (int i = 1; i < count; i++)
        {
            largest = Math.Abs(matrix[i, i]) > Math.Abs(matrix[largest, largest]) ? i : largest;
        }

        double[] u = new double[count];
        u[largest] = 1;
        double[] next = u;
        for (int step = 0; step < PowerSteps; step++)
        {
            u = next;
            next = Unit(Multiply(matrix, u));
        }

        // Eigenvalues of the same size and different signs turn u to and fro between two vectors, whose sum and difference are
        // the eigenvectors.
        double[] sum = Unit([.. u.Zip(next, (a, b) => a + b)]);
        double[] difference = Unit([.. u.Zip(next, (a, b) => a - b)]);
        return Size(sum) >= Size(difference) ? sum : difference;

        double Size(double[] vector) => Math.Abs(Dot(vector, Multiply(matrix, vector)));
    }

    /// <summary>matrix x vector.</summary>
    public static double[] Multiply(double[,] matrix, double[] vector)
    {
        double[] result = new double[vector.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < vector.Length; j++)
            {
                sum += matrix[i, j] * vector[j];
            }

            result[i] = sum;
        }

        return result;
    }

    private static double[] Unit(double[] vector)
    {
        double length = Math.Sqrt(Dot(vector, vector));
        return length > 0 ? [.. vector.Select(value => value / length)] : vector;
    }

    /// <summary>x . y.</summary>
    public static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
