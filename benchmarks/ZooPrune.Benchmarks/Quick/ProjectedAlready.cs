using ZooPrune.Onnx.Projection;

namespace ZooPrune.Benchmarks;

/// <summary>
/// A projector that has done its work: it hands out Z and goes on from the activations between its layers, as <see cref="MlpOnnxProjector"/>
/// does after ONNX Runtime's run. What a prune with it takes beyond <see cref="Project"/> is what pruning adds to a projection.
/// </summary>
internal sealed class ProjectedAlready : IClosedFormProjector
{
    private readonly MlpProjector _ranked;
    private readonly float[] _projected;
    private readonly float[] _activations;
    private readonly float[] _slopes;

    public ProjectedAlready(MlpProjector ranked, float[] tokens)
    {
        int count = tokens.Length / ranked.InputWidth;
        _ranked = ranked;
        _projected = new float[count * ranked.OutputWidth];
        _activations = new float[count * ranked.HiddenWidth];
        _slopes = new float[_activations.Length];
        ranked.Project(tokens, _projected);
        ranked.ProjectHidden(tokens, _activations);
    }

    public int InputWidth => _ranked.InputWidth;

    public int OutputWidth => _ranked.OutputWidth;

    public MlpProjector? Weights => null;

    public LowRankChoice? LowRank => _ranked.LowRank;

    /// <summary>Copies Z and the activations.</summary>
    public void Project(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        _projected.CopyTo(projected);
        _activations.CopyTo(_slopes, 0);
    }

    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
        throw new NotSupportedException("Benchmark: only the low-rank sensitivity is measured this way.");

    public void ProjectWithLowRankSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        Project(tokens, projected);
        _ranked.LowRankSensitivity(_slopes, sensitivity);
    }
}
