namespace ZooPrune.Onnx.Tests;

/// <summary>Projectors in all spellings, split and compared with ONNX Runtime running the whole graph.</summary>
public sealed class SpellingTests : IDisposable
{
    private static readonly MlpWeights Weights = EncoderGraphs.Weights;

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Linears => [.. LinearSpellings.All.Select(spelling => spelling.Name)];

    [Theory]
    [MemberData(nameof(Linears))]
    public void Split_SpelledLinear_GivesItsWeightsAndTheFeatures(string name)
    {
        LinearSpelling spelling = LinearSpellings.All.Single(known => known.Name == name);
        byte[] file = EncoderGraphs.Build(
            (graph, x) => spelling.Write(graph, graph.Node("Gelu", [spelling.Write(graph, x, Weights.First)]), Weights.Second),
            operatorSet: spelling.OperatorSet);

        ProjectorPart.Mlp mlp = Assert.IsType<ProjectorPart.Mlp>(Check(file, spelling.Tolerance).Projector);

        AssertLayer(spelling.Stored(Weights.First), mlp.Weights.First);
        AssertLayer(spelling.Stored(Weights.Second), mlp.Weights.Second);
        Assert.Equal(GeluKind.Exact, mlp.Weights.Gelu);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertLayer(LinearLayer expected, LinearLayer got)
    {
        Assert.Equal((expected.InputWidth, expected.OutputWidth), (got.InputWidth, got.OutputWidth));
        Near.Equal(expected.Weight, got.Weight, 1e-7);
        Near.Equal(expected.Bias, got.Bias, 0);
    }

    private SplitVisionEncoder Check(byte[] file, double tolerance) => SplitCheck.SameFeatures(_folder.Write("vision_encoder.onnx", file), tolerance, EncoderGraphs.Input(), literally: true);
}
