using System.Buffers;

namespace ZooPrune;

/// <summary>
/// The value of <see cref="SampledSensitivity"/> up to rounding with a third of the work: since W1 (x + h u) = W1 x + h W1 u, with
/// a_i = W1 x_i + b1 and v_j = W1 u_j the response is W2 [g(a_i + h v_j) - g(a_i - h v_j)] / (2h), one product by W2 a direction.
/// </summary>
internal sealed class SharedProductSensitivity : ITokenScorer
{
    private readonly IProjector _projector;
    private readonly MlpProjector _weights;
    private readonly ITokenKernels _kernels;
    private readonly float[] _movedDirections;
    private readonly int _directionCount;
    private readonly float _stepSize;
    private readonly int _maxThreads;

    public SharedProductSensitivity(
        IProjector projector, MlpProjector weights, DirectionBank directions, PruningOptions options, ITokenKernels kernels)
    {
        _projector = projector;
        _weights = weights;
        _kernels = kernels;
        _directionCount = directions.Count;
        _movedDirections = Move(directions, _weights, kernels);
        _stepSize = options.StepSize;
        _maxThreads = options.MaxThreads;
    }

    public SensitivityMethod? Method => SensitivityMethod.SharedProduct;

    public unsafe void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        _projector.Project(tokens, projected);
        fixed (float* tokenStart = tokens, sensitivityStart = sensitivity)
        {
            PinnedRows x = new(tokenStart, _weights.InputWidth);
            PinnedRows s = new(sensitivityStart, 1);
            ParallelLoop.RunBlocks(sensitivity.Length, _maxThreads, (first, rows) => Estimate(x.Rows(first, rows), s.Rows(first, rows)));
        }
    }

    private void Estimate(ReadOnlySpan<float> tokens, Span<float> sensitivity)
    {
        int count = sensitivity.Length;
        int hidden = _weights.HiddenWidth;
        int output = _weights.OutputWidth;
        float[] activations = ArrayPool<float>.Shared.Rent(2 * count * hidden);
        float[] responses = ArrayPool<float>.Shared.Rent(count * output);
        Span<float> a = activations.AsSpan(0, count * hidden);
        Span<float> difference = activations.AsSpan(count * hidden, count * hidden);
        Span<float> response = responses.AsSpan(0, count * output);
        Span<double> sums = new double[count];

        MatrixView weight2 = new(_weights.Weight2, output, hidden);
        _weights.ProjectHidden(tokens, a);
        for (int j = 0; j < _directionCount; j++)
        {
            ReadOnlySpan<float> v = _movedDirections.AsSpan(j * hidden, hidden);
            for (int i = 0; i < count; i++)
            {
                _kernels.GeluDifference(a.Slice(i * hidden, hidden), v, _stepSize, difference.Slice(i * hidden, hidden), _weights.Gelu);
            }

            response.Clear();
            _kernels.AddProducts(new MatrixView(difference, count, hidden), weight2, response, output);
            for (int i = 0; i < count; i++)
            {
                sums[i] += Length(response.Slice(i * output, output));
            }
        }

        for (int i = 0; i < count; i++)
        {
            sensitivity[i] = (float)(sums[i] / _directionCount);
        }

        ArrayPool<float>.Shared.Return(activations);
        ArrayPool<float>.Shared.Return(responses);
    }

    private double Length(ReadOnlySpan<float> row)
    {
        float squares = 0;
        MatrixView view = new(row, 1, row.Length);
        _kernels.AddProducts(view, view, new Span<float>(ref squares), 1);
        return Math.Sqrt(squares);
    }

    /// <summary>v_j = W1 u_j for every direction, [m, H1].</summary>
    private static float[] Move(DirectionBank directions, MlpProjector weights, ITokenKernels kernels)
    {
        int hidden = weights.HiddenWidth;
        float[] moved = new float[directions.Count * hidden];
        MatrixView weight1 = new(weights.Weight1, hidden, weights.InputWidth);
        for (int j = 0; j < directions.Count; j++)
        {
            kernels.AddProducts(new MatrixView(directions[j], 1, directions.Width), weight1, moved.AsSpan(j * hidden, hidden), hidden);
        }

        return moved;
    }
}
