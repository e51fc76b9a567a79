using System.Diagnostics;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Benchmarks;

/// <summary>
/// A model shape ready to be measured: its projector in managed code and in ONNX Runtime, both with a low-rank sensitivity chosen on
/// other tokens, and checked.
/// </summary>
internal sealed class PreparedShape : IDisposable
{
    private const int ProbeSeed = 60;

    private PreparedShape(ModelShape shape)
    {
        Shape = shape;
        MlpProjector weights = shape.MakeProjector();
        long start = Stopwatch.GetTimestamp();
        _ = weights.Form;
        FormMilliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Tokens = shape.MakeTokens();
        OneTile = [shape.Tokens];
        float[] probe = shape.MakeTokens(ProbeSeed);
        start = Stopwatch.GetTimestamp();
        Managed = weights.ChooseRank(probe);
        RankMilliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Onnx = new MlpOnnxProjector("benchmark", new MlpWeights(First(weights), Second(weights)), 0, () => probe);
        Projected = new float[shape.Tokens * shape.OutputWidth];
        Sensitivity = new float[shape.Tokens];
    }

    public ModelShape Shape { get; }

    public float[] Tokens { get; }

    /// <summary>[N]: the whole image is one tile.</summary>
    public int[] OneTile { get; }

    public MlpProjector Managed { get; }

    public MlpOnnxProjector Onnx { get; }

    /// <summary>Q, once a model.</summary>
    public double FormMilliseconds { get; }

    /// <summary>The choice of the rank once Q is there, once a model.</summary>
    public double RankMilliseconds { get; }

    /// <summary>Room for Z, [N, H].</summary>
    public float[] Projected { get; }

    /// <summary>Room for S, [N].</summary>
    public float[] Sensitivity { get; }

    public PruningOptions Exact => new() { Keep = KeepBudget.Tokens(Shape.Keep), Sensitivity = SensitivityMethod.ClosedForm };

    public PruningOptions LowRank => Exact with { Sensitivity = SensitivityMethod.LowRankClosedForm };

    /// <summary>Makes both projectors and asserts Z, Q, S and the selection.</summary>
    public static PreparedShape Create(ModelShape shape)
    {
        PreparedShape prepared = new(shape);
        AnswerCheck.Projector(prepared.Managed, prepared.Tokens);
        foreach (PruningOptions options in (PruningOptions[])[prepared.LowRank, prepared.Exact])
        {
            AnswerCheck.Same(prepared.Prune(prepared.Managed, options), prepared.Prune(prepared.Onnx, options));
        }

        AnswerCheck.Selection(prepared.Prune(prepared.Managed, prepared.LowRank), prepared.Managed, prepared.Tokens, prepared.LowRank);
        return prepared;
    }

    public void Dispose() => Onnx.Dispose();

    private TokenSelection Prune(IProjector projector, PruningOptions options) =>
        new VisualTokenPruner(projector, options).Prune(Tokens, Shape.Tokens);

    private static LinearLayer First(MlpProjector mlp) =>
        new(mlp.Weight1.ToArray(), mlp.Bias1.ToArray(), mlp.InputWidth, mlp.HiddenWidth);

    private static LinearLayer Second(MlpProjector mlp) =>
        new(mlp.Weight2.ToArray(), mlp.Bias2.ToArray(), mlp.HiddenWidth, mlp.OutputWidth);
}
