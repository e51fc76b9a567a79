using BenchmarkDotNet.Attributes;

namespace ZooPrune.Benchmarks;

/// <summary>One loop: the greedy picks over a finished Gram matrix, and the Gram matrix itself.</summary>
[MemoryDiagnoser]
public class SelectionLoopBenchmarks
{
    private float[] _projected = [];
    private float[] _weights = [];
    private float[] _scratch = [];
    private int[] _order = [];
    private CosineSimilarity? _cosines;

    [ParamsSource(nameof(Shapes))]
    public ModelShape Shape { get; set; } = ModelShape.ShapesVlm;

    public static IEnumerable<ModelShape> Shapes => ModelShape.All;

    [GlobalSetup]
    public void Setup()
    {
        MlpProjector projector = Shape.MakeProjector();
        float[] tokens = Shape.MakeTokens();
        PruningOptions options = new() { Keep = KeepBudget.Tokens(Shape.Keep) };
        TokenSelection selection = new VisualTokenPruner(projector, options).Prune(tokens, Shape.Tokens);
        AnswerCheck.Selection(selection, projector, tokens, options);

        _projected = new float[Shape.Tokens * Shape.OutputWidth];
        projector.Project(tokens, _projected);
        _weights = new float[Shape.Tokens];
        SensitivityDiversitySelector.Scale(selection.Sensitivity, null, _weights);
        _scratch = new float[Shape.Tokens];
        _order = new int[Shape.Keep];
        _cosines = MakeCosines();
    }

    [Benchmark]
    public float Gram()
    {
        CosineSimilarity cosines = MakeCosines();
        return cosines.Row(0)[0];
    }

    [Benchmark]
    public int GreedyPicks()
    {
        _weights.CopyTo(_scratch, 0);
        GreedyLoop.Run(_scratch, 0, _cosines!, _order, TokenKernels.Default);
        return _order[^1];
    }

    private CosineSimilarity MakeCosines() =>
        new(new ScoredTokens(_projected, [], Shape.Tokens, 0), 0, rowsWanted: Shape.Tokens, 0, TokenKernels.Default);
}
