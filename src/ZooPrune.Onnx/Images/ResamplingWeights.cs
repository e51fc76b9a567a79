namespace ZooPrune.Onnx.Images;

/// <summary>
/// Which pixels of a source row (or column) make up each pixel of a resized one, and with what weights: PIL's, in fixed point.
/// </summary>
/// <remarks>
/// A filter that is stretched by the factor of reduction, so that every source pixel counts; outside weights are left out and
/// the rest divided by their sum; each weight is rounded to <see cref="Bits"/> bits after the point. Doubles until then.
/// </remarks>
internal sealed class ResamplingWeights
{
    /// <summary>Bits of a weight after the point: 32, less 8 for the level, less 2 for weights below 0 and sums above 1.</summary>
    public const int Bits = 22;

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _values;
    private readonly int _stride;

    /// <param name="source">Pixels of the source, &gt; 0.</param>
    /// <param name="target">Pixels after resizing, &gt; 0.</param>
    /// <param name="first">First pixel of the result that is wanted.</param>
    /// <param name="count">Pixels of the result that are wanted.</param>
    /// <param name="filter">Filter.</param>
    public ResamplingWeights(int source, long target, long first, int count, Resampling filter)
    {
        double scale = (double)source / target;
        double stretch = Math.Max(scale, 1);
        double support = stretch * (filter == Resampling.Bicubic ? 2 : 1);
        _stride = (int)Math.Min(source, (2 * (long)Math.Ceiling(support)) + 1);
        _starts = new int[count];
        _counts = new int[count];
        _values = new int[(long)count * _stride];
        double[] weights = new double[_stride];
        for (int i = 0; i < count; i++)
        {
            double center = (first + i + 0.5) * scale;
            int start = (int)Math.Max(center - support + 0.5, 0);
            int end = (int)Math.Min(center + support + 0.5, source);
            double sum = 0;
            for (int x = start; x < end; x++)
            {
                double weight = Weight((x - center + 0.5) * (1 / stretch), filter);
                weights[x - start] = weight;
                sum += weight;
            }

            _starts[i] = start;
            _counts[i] = end - start;
            for (int k = 0; k < end - start; k++)
            {
                double value = (sum == 0 ? weights[k] : weights[k] / sum) * (1 << Bits);
                _values[((long)i * _stride) + k] = (int)(value < 0 ? value - 0.5 : value + 0.5);
            }
        }

        SourceStart = _starts[0];
        SourceEnd = _starts[^1] + _counts[^1];
    }

    /// <summary>First source pixel that any wanted pixel needs.</summary>
    public int SourceStart { get; }

    /// <summary>One past the last source pixel that any wanted pixel needs.</summary>
    public int SourceEnd { get; }

    public int Count => _starts.Length;

    /// <summary>First source pixel of a wanted pixel, counted from the start of the source.</summary>
    public int Start(int index) => _starts[index];

    public ReadOnlySpan<int> Of(int index) => _values.AsSpan(index * _stride, _counts[index]);

    private static double Weight(double x, Resampling filter)
    {
        x = Math.Abs(x);
        return filter == Resampling.Bilinear ? Math.Max(1 - x, 0)
            : x < 1 ? (((1.5 * x) - 2.5) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * -0.5
            : 0;
    }
}

/// <summary>How pixels between source pixels are found. Both are antialiased, as PIL's are; the values are PIL's.</summary>
internal enum Resampling
{
    Bilinear = 2,
    Bicubic = 3,
}
