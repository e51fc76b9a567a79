using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>Projectors in all spellings, split and compared with ONNX Runtime running the whole graph.</summary>
public sealed class SpellingTests : IDisposable
{
    private static readonly MlpWeights Weights = EncoderGraphs.Weights;

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Linears => [.. LinearSpellings.All.Select(spelling => spelling.Name)];

    public static TheoryData<string, GeluKind> Gelus => new()
    {
        { "Gelu", GeluKind.Exact }, { "Gelu, tanh", GeluKind.Tanh }, { "erf", GeluKind.Exact }, { "tanh", GeluKind.Tanh },
        { "quick", GeluKind.Quick }, { "com.microsoft.Gelu", GeluKind.Exact }, { "com.microsoft.FastGelu", GeluKind.Tanh },
        { "com.microsoft.QuickGelu", GeluKind.Quick },
        { "BiasGelu", GeluKind.Exact }, { "FastGelu with bias", GeluKind.Tanh }, { "between reshapes", GeluKind.Exact },
    };

    [Theory]
    [MemberData(nameof(Linears))]
    public void Split_SpelledLinear_GivesItsWeightsAndTheFeatures(string name)
    {
        LinearSpelling spelling = LinearSpellings.All.Single(known => known.Name == name);
        byte[] file = EncoderGraphs.Build(
            (graph, x) => spelling.Write(graph, graph.Node("Gelu", [spelling.Write(graph, x, Weights.First)]), Weights.Second),
            operatorSet: spelling.OperatorSet);

        ProjectorPart.Mlp mlp = Assert.IsType<ProjectorPart.Mlp>(Check(file, spelling.Tolerance, !spelling.MultipliesIntegers).Projector);

        AssertLayer(spelling.Stored(Weights.First), mlp.Weights.First);
        AssertLayer(spelling.Stored(Weights.Second), mlp.Weights.Second);
        Assert.Equal(GeluKind.Exact, mlp.Weights.Gelu);
    }

    [Theory]
    [MemberData(nameof(Gelus))]
    public void Split_SpelledGelu_GivesItsKindAndTheFeatures(string name, GeluKind gelu)
    {
        byte[] file = EncoderGraphs.Build((graph, x) => EncoderGraphs.Second(graph, Activated(graph, name, x)));

        // ONNX Runtime's own erf and tanh are approximations.
        ProjectorPart.Mlp mlp = Assert.IsType<ProjectorPart.Mlp>(Check(file, 1e-5).Projector);

        Assert.Equal(gelu, mlp.Weights.Gelu);
        AssertLayer(Weights.First, mlp.Weights.First);
        AssertLayer(Weights.Second, mlp.Weights.Second);
    }

    private static string Activated(OnnxGraphBuilder graph, string name, string x)
    {
        string unbiased = graph.Node("MatMul", [x, graph.Constant(
            ConstantFolder.Transpose(Weights.First.Weight, EncoderGraphs.HiddenWidth, EncoderGraphs.Width),
            EncoderGraphs.Width,
            EncoderGraphs.HiddenWidth)]);
        string bias = graph.Constant(Weights.First.Bias, EncoderGraphs.HiddenWidth);
        switch (name)
        {
            case "BiasGelu":
                return graph.Node("BiasGelu", OnnxGraphBuilder.MicrosoftDomain, [unbiased, bias], null);
            case "FastGelu with bias":
                return graph.Node("FastGelu", OnnxGraphBuilder.MicrosoftDomain, [unbiased, bias], null);
        }

        string a = graph.Node("Add", [unbiased, bias]);
        return name switch
        {
            "Gelu" => graph.Node("Gelu", [a]),
            "Gelu, tanh" => graph.Node("Gelu", [a], ("approximate", "tanh")),
            "erf" => ProjectorGraphs.ErfGelu(graph, a, graph.Scalar),
            "tanh" => ProjectorGraphs.TanhGelu(graph, a, graph.Scalar),
            "quick" => graph.Node("Mul", [a, graph.Node("Sigmoid", [graph.Node("Mul", [a, graph.Scalar(1.702f)])])]),
            "between reshapes" => Reshaped(Reshaped(graph.Node("Gelu", [Reshaped(a, 1)]), 2), EncoderGraphs.Tokens),
            _ => graph.Node(name.Split('.')[^1], OnnxGraphBuilder.MicrosoftDomain, [a], null),
        };

        string Reshaped(string value, int tokens) =>
            graph.Node("Reshape", [value, graph.Constant([-1L, tokens, EncoderGraphs.HiddenWidth], 3)]);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertLayer(LinearLayer? expected, LinearLayer got)
    {
        if (expected is null)
        {
            return;
        }

        Assert.Equal((expected.InputWidth, expected.OutputWidth), (got.InputWidth, got.OutputWidth));
        Near.Equal(expected.Weight, got.Weight, 1e-7);
        Near.Equal(expected.Bias, got.Bias, 0);
    }

    private SplitVisionEncoder Check(byte[] file, double tolerance, bool literally = true) =>
        SplitCheck.SameFeatures(_folder.Write("vision_encoder.onnx", file), tolerance, EncoderGraphs.Input(), literally);
}
