using BenchmarkDotNet.Attributes;

namespace ZooPrune.Benchmarks;

/// <summary>
/// One score: projection and sensitivity three ways, beside the projection alone. The sampled ways with 4 directions of 64.
/// </summary>
[MemoryDiagnoser]
public class SensitivityBenchmarks
{
    private MlpProjector _projector = ModelShape.Odd.MakeProjector();
    private float[] _tokens = [];
    private float[] _projected = [];
    private float[] _sensitivity = [];
    private ITokenScorer? _sampled;
    private ITokenScorer? _shared;

    [ParamsSource(nameof(Shapes))]
    public ModelShape Shape { get; set; } = ModelShape.ShapesVlm;

    public static IEnumerable<ModelShape> Shapes => ModelShape.All;

    [GlobalSetup]
    public void Setup()
    {
        _projector = Shape.MakeProjector();
        _tokens = Shape.MakeTokens();
        _projected = new float[Shape.Tokens * Shape.OutputWidth];
        _sensitivity = new float[Shape.Tokens];
        AnswerCheck.Projector(_projector, _tokens);

        PruningOptions options = new() { Keep = KeepBudget.Tokens(Shape.Keep), Directions = 4 };
        _sampled = TokenScorer.Create(_projector, options with { Sensitivity = SensitivityMethod.Sampled }, null, true, TokenKernels.Default);
        _shared = TokenScorer.Create(_projector, options with { Sensitivity = SensitivityMethod.SharedProduct }, null, true, TokenKernels.Default);
    }

    [Benchmark(Baseline = true)]
    public void ProjectionAlone() => _projector.Project(_tokens, _projected);

    [Benchmark]
    public void ClosedForm() => _projector.ProjectWithSensitivity(_tokens, _projected, _sensitivity);

    [Benchmark]
    public void SharedProductFourDirections() => _shared!.Score(_tokens, _projected, _sensitivity);

    [Benchmark]
    public void SampledFourDirections() => _sampled!.Score(_tokens, _projected, _sensitivity);
}
