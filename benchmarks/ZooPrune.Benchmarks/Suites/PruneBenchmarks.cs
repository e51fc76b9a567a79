using BenchmarkDotNet.Attributes;

namespace ZooPrune.Benchmarks;

/// <summary>One whole Prune: score, select, gather.</summary>
[MemoryDiagnoser]
public class PruneBenchmarks
{
    private VisualTokenPruner? _pruner;
    private float[] _tokens = [];

    [ParamsSource(nameof(Shapes))]
    public ModelShape Shape { get; set; } = ModelShape.ShapesVlm;

    [Params(SelectionMethod.ZooPrune, SelectionMethod.DivPrune, SelectionMethod.Uniform)]
    public SelectionMethod Selection { get; set; }

    public static IEnumerable<ModelShape> Shapes => ModelShape.All;

    [GlobalSetup]
    public void Setup()
    {
        MlpProjector projector = Shape.MakeProjector();
        _tokens = Shape.MakeTokens();
        PruningOptions options = new() { Keep = KeepBudget.Tokens(Shape.Keep), Selection = Selection };
        _pruner = new VisualTokenPruner(projector, options);
        AnswerCheck.Selection(_pruner.Prune(_tokens, Shape.Tokens), projector, _tokens, options);
    }

    [Benchmark]
    public TokenSelection Prune() => _pruner!.Prune(_tokens, Shape.Tokens);
}
