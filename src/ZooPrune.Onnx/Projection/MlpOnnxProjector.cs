using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>
/// A projector Linear, GELU, Linear, run by ONNX Runtime as graphs that are written here in float32: one gives Z and S by the exact
/// closed form in one run; the other gives Z and the activations between the layers, from which the low-rank closed form follows in
/// one pass in managed code. Thread-safe.
/// </summary>
/// <remarks>
/// Every elementwise node of a graph reads and writes all of [N, H1], and the slopes take eight of them; the managed pass reads it
/// once (docs/method.md has the times). The exact graph, with Q in it, is made when the exact sensitivity is first asked for; where that is
/// the cheapest one, on a thread beside the caller as soon as the projector is there, so that the first prune need not wait for it.
/// </remarks>
internal sealed class MlpOnnxProjector : IClosedFormProjector, IDisposable
{
    private static readonly string[] InputNames = [MlpGraph.Tokens];
    private static readonly string[] ProjectionNames = [MlpGraph.Projected];
    private static readonly string[] ActivationNames = [MlpGraph.Projected, MlpGraph.Activations];
    private static readonly string[] SensitivityNames = [MlpGraph.Projected, MlpGraph.Sensitivity];

    private readonly string _name;
    private readonly GraphSession _projection;
    private readonly Lazy<GraphSession> _sensitivity;
    private readonly Lazy<MlpProjector?> _ranked;
    private readonly Task _readying;

    /// <param name="name">What messages call the projector: the path of the file that its weights come from.</param>
    /// <param name="weights">What was read out of that file, in float32.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="calibrationTokens">Gives visual tokens by which the low-rank form is chosen; null for no low-rank form.</param>
    /// <exception cref="ArgumentException">A weight is NaN or infinite.</exception>
    public MlpOnnxProjector(string name, MlpWeights weights, int threads, Func<float[]>? calibrationTokens)
    {
        (LinearLayer first, LinearLayer second) = (weights.First, weights.Second);
        var mlp = new MlpProjector(
            first.Weight, first.Bias, second.Weight, second.Bias, first.InputWidth, first.OutputWidth, second.OutputWidth, weights.Gelu);
        Weights = mlp.WithThreads(threads);
        _name = name;
        _projection = GraphSession.Create("projector", MlpGraph.Projection(Weights), threads);
        _sensitivity = new Lazy<GraphSession>(
            () => GraphSession.Create("projector with sensitivity", MlpGraph.ProjectionWithSensitivity(Weights), threads));
        _ranked = new Lazy<MlpProjector?>(() => ChooseRank(calibrationTokens));

        // What goes wrong, goes wrong again where the caller prunes.
        _readying = Weights.HiddenWidth < LowRankForm.LeastHiddenWidth
            ? PruningWarmUp.Start(this).ContinueWith(task => task.Exception, TaskScheduler.Default)
            : Task.CompletedTask;
    }

    public MlpProjector Weights { get; }

    /// <summary>The same with the low-rank form; null where none can be chosen.</summary>
    public MlpProjector? Ranked => _ranked.Value;

    public int InputWidth => Weights.InputWidth;

    public int OutputWidth => Weights.OutputWidth;

    /// <inheritdoc/>
    public LowRankChoice? LowRank => _ranked.Value?.LowRank;

    /// <inheritdoc/>
    public SensitivityMethod Cheapest => Weights.HiddenWidth >= LowRankForm.LeastHiddenWidth && _ranked.Value is { } ranked
        ? ranked.Cheapest
        : SensitivityMethod.ClosedForm;

    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) =>
        Run(_projection, tokens, projected, ProjectionNames, [], 0);

    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        CheckSensitivity(tokens, projected, sensitivity);
        if (sensitivity.Length > 0)
        {
            Run(_sensitivity.Value, tokens, projected, SensitivityNames, sensitivity, 1);
        }
    }

    public void ProjectWithLowRankSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        MlpProjector ranked = _ranked.Value ?? throw Throw.NoLowRank(_name);
        CheckSensitivity(tokens, projected, sensitivity);
        int length = sensitivity.Length * Weights.HiddenWidth;
        float[] rented = ArrayPool<float>.Shared.Rent(length);
        try
        {
            Span<float> activations = rented.AsSpan(0, length);
            Run(_projection, tokens, projected, ActivationNames, activations, Weights.HiddenWidth);
            ranked.LowRankSensitivity(activations, sensitivity);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public void Dispose()
    {
        _readying.Wait();
        _projection.Dispose();
        if (_sensitivity.IsValueCreated)
        {
            _sensitivity.Value.Dispose();
        }
    }

    private MlpProjector? ChooseRank(Func<float[]>? calibrationTokens)
    {
        float[]? tokens = calibrationTokens?.Invoke();
        return tokens?.Length >= LowRankChoice.LeastTokens * InputWidth ? Weights.ChooseRank(tokens) : null;
    }

    private void CheckSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        int count = RowCount(tokens, projected);
        if (sensitivity.Length != count)
        {
            throw Throw.SensitivityLength(sensitivity.Length, count);
        }
    }

    private int RowCount(ReadOnlySpan<float> tokens, Span<float> projected) =>
        OnnxProjector.RowCount(tokens.Length, InputWidth, projected.Length, OutputWidth);

    /// <summary>One run; the second output, if there is one, is [N] or [N, <paramref name="width"/>].</summary>
    private unsafe void Run(
        GraphSession session, ReadOnlySpan<float> tokens, Span<float> projected, string[] names, Span<float> second, int width)
    {
        int count = RowCount(tokens, projected);
        if (count == 0)
        {
            return;
        }

        fixed (float* x = tokens, z = projected, other = second)
        {
            using OrtValue input = GraphSession.View(x, count, InputWidth);
            using OrtValue projectedValue = GraphSession.View(z, count, OutputWidth);
            try
            {
                if (names.Length == 1)
                {
                    session.Run(InputNames, [input], names, [projectedValue]);
                    return;
                }

                using OrtValue otherValue = width > 1 || names == ActivationNames
                    ? GraphSession.View(other, count, width)
                    : GraphSession.View(other, count);
                session.Run(InputNames, [input], names, [projectedValue, otherValue]);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_name, $"{count} visual tokens of width {InputWidth}", exception);
            }
        }
    }
}
