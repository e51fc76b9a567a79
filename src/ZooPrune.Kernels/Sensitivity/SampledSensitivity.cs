using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The published estimator (ZOO-Prune, eq. 2-4): S_i = (1/m) sum_j ||M(x_i + h u_j) - M(x_i - h u_j)|| / (2h), with two projector
/// passes a direction.
/// </summary>
/// <remarks>
/// Works with any projector. Tokens are taken in chunks, so that memory does not grow with N; norms in float, their sum in double.
/// </remarks>
internal sealed class SampledSensitivity : ITokenScorer
{
    // Floats in the larger of the two chunk buffers, 16 MB: enough rows for a projector to work at full speed.
    private const int ChunkValues = 1 << 22;

    private readonly IProjector _projector;
    private readonly DirectionBank _directions;
    private readonly ITokenKernels _kernels;
    private readonly float _stepSize;
    private readonly int _maxThreads;
    private readonly bool _wasAsked;

    public SampledSensitivity(IProjector projector, DirectionBank directions, PruningOptions options, ITokenKernels kernels)
    {
        _projector = projector;
        _directions = directions;
        _kernels = kernels;
        _stepSize = options.StepSize;
        _maxThreads = options.MaxThreads;
        _wasAsked = options.Sensitivity == SensitivityMethod.Sampled;
    }

    public SensitivityMethod? Method => SensitivityMethod.Sampled;

    public string? Note => !_wasAsked && _projector.WhyNoClosedForm is { } reason
        ? $"sensitivity sampled: the projector has no closed form, {reason}"
        : null;

    public void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        _projector.Project(tokens, projected);
        int width = _projector.InputWidth;
        int widest = Math.Max(width, _projector.OutputWidth);
        int chunk = Math.Clamp(ChunkValues / (2 * widest), 1, sensitivity.Length);
        for (int first = 0; first < sensitivity.Length; first += chunk)
        {
            int count = Math.Min(chunk, sensitivity.Length - first);
            Estimate(tokens.Slice(first * width, count * width), sensitivity.Slice(first, count));
        }
    }

    /// <summary>One chunk: rows 0..count - 1 of the buffers hold x + h u and what became of it, rows count.. hold x - h u.</summary>
    private void Estimate(ReadOnlySpan<float> tokens, Span<float> sensitivity)
    {
        int count = sensitivity.Length;
        int outputWidth = _projector.OutputWidth;
        float[] nudged = ArrayPool<float>.Shared.Rent(2 * tokens.Length);
        float[] moved = ArrayPool<float>.Shared.Rent(2 * count * outputWidth);
        double[] sums = new double[count];
        try
        {
            for (int j = 0; j < _directions.Count; j++)
            {
                Nudge(tokens, _directions[j], nudged);
                _projector.Project(nudged.AsSpan(0, 2 * tokens.Length), moved.AsSpan(0, 2 * count * outputWidth));
                ParallelLoop.RunBlocks(count, _maxThreads, (first, rows) =>
                {
                    for (int i = first; i < first + rows; i++)
                    {
                        ReadOnlySpan<float> above = moved.AsSpan(i * outputWidth, outputWidth);
                        ReadOnlySpan<float> below = moved.AsSpan((count + i) * outputWidth, outputWidth);
                        sums[i] += _kernels.Distance(above, below) / (2.0 * _stepSize);
                    }
                });
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(nudged);
            ArrayPool<float>.Shared.Return(moved);
        }

        for (int i = 0; i < count; i++)
        {
            sensitivity[i] = (float)(sums[i] / _directions.Count);
        }
    }

    private void Nudge(ReadOnlySpan<float> tokens, ReadOnlySpan<float> direction, float[] nudged)
    {
        for (int start = 0; start < tokens.Length; start += direction.Length)
        {
            ReadOnlySpan<float> token = tokens.Slice(start, direction.Length);
            _kernels.AddScaled(token, _stepSize, direction, nudged.AsSpan(start, direction.Length));
            _kernels.AddScaled(token, -_stepSize, direction, nudged.AsSpan(tokens.Length + start, direction.Length));
        }
    }
}
