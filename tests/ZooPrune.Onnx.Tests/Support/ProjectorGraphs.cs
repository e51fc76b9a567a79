using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>Projector graphs in the spellings that exporters use, and some that are no Linear-GELU-Linear.</summary>
internal static class ProjectorGraphs
{
    public static MlpWeights Weights(int input = 6, int hidden = 7, int output = 5, int seed = 11, float scale = 1) => new(
        new LinearLayer(Near.Random(hidden * input, seed, scale), Near.Random(hidden, seed + 1), input, hidden),
        new LinearLayer(Near.Random(output * hidden, seed + 2, scale), Near.Random(output, seed + 3), hidden, output));

    public static MlpProjector Reference(MlpWeights weights, GeluKind gelu = GeluKind.Exact) => new(
        weights.First.Weight,
        weights.First.Bias,
        weights.Second.Weight,
        weights.Second.Bias,
        weights.First.InputWidth,
        weights.First.OutputWidth,
        weights.Second.OutputWidth,
        gelu);

    /// <summary>MatMul and Add around a Gelu node.</summary>
    public static byte[] Gelu(MlpWeights weights, string approximate = "none") => Build(
        weights, MatMulAdd, (graph, a) => graph.Node("Gelu", [a], ("approximate", approximate)));

    /// <summary>MatMul and Add around x * 0.5 * (1 + erf(x / sqrt 2)), as torch's exporter writes it.</summary>
    public static byte[] SpelledGelu(MlpWeights weights) => Build(weights, MatMulAdd, (graph, a) => ErfGelu(graph, a, graph.Scalar));

    /// <summary>The factors in another order: (0.5 x) (erf(0.7071 x) + 1), bias on the left.</summary>
    public static byte[] OtherSpelling(MlpWeights weights) => Build(weights, AddMatMul, (graph, a) =>
    {
        string erf = graph.Node("Erf", [graph.Node("Mul", [graph.Scalar(0.70710678f), a])]);
        string sum = graph.Node("Add", [graph.Scalar(1), erf]);
        return graph.Node("Mul", [sum, graph.Node("Mul", [graph.Scalar(0.5f), a])]);
    });

    /// <summary>Gemm with transposed weights; tokens as [tokens, width].</summary>
    public static byte[] Gemm(MlpWeights weights) => Build(weights, GemmNode, (graph, a) => graph.Node("Gelu", [a]), rank: 2);

    /// <summary>Weights behind Transpose and Identity nodes.</summary>
    public static byte[] TransposedWeights(MlpWeights weights) => Build(weights, TransposeMatMul, (graph, a) => graph.Node("Gelu", [a]));

    public static byte[] Relu(MlpWeights weights) => Build(weights, MatMulAdd, (graph, a) => graph.Node("Relu", [a]));

    public static byte[] QuickGelu(MlpWeights weights, float factor = 1.702f) => Build(weights, MatMulAdd, (graph, a) =>
        graph.Node("Mul", [a, graph.Node("Sigmoid", [graph.Node("Mul", [a, graph.Scalar(factor)])])]));

    /// <summary>One node of ONNX Runtime's own operators: Gelu, FastGelu or QuickGelu.</summary>
    public static byte[] MicrosoftGelu(MlpWeights weights, string name) => Build(weights, GemmNode, (graph, a) =>
        graph.Node(name, OnnxGraphBuilder.MicrosoftDomain, [a], null), rank: 2);

    /// <summary>x * 0.5 * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), the cube by Pow.</summary>
    public static byte[] SpelledTanhGelu(MlpWeights weights) => Build(weights, MatMulAdd, (graph, a) => TanhGelu(graph, a, graph.Scalar));

    /// <summary>
    /// Everything between a Cast of the input and a Cast of the output in float16: weights, constants of the activation.
    /// </summary>
    public static byte[] HalfGraph(MlpWeights weights, GeluKind gelu)
    {
        var graph = new OnnxGraphBuilder("projector");
        string x = graph.Input("visual_tokens", Element.Float, "batch", "tokens", $"{weights.First.InputWidth}");
        string a = HalfLinear(graph, graph.Node("Cast", [x], ("to", OnnxTensor.Float16)), weights.First);
        string activated = gelu switch
        {
            GeluKind.Tanh => TanhGelu(graph, a, graph.HalfScalar),
            GeluKind.Quick => graph.Node("Mul", [a, graph.Node("Sigmoid", [graph.Node("Mul", [a, graph.HalfScalar(1.702f)])])]),
            _ => ErfGelu(graph, a, graph.HalfScalar),
        };
        graph.Node("Cast", "", [HalfLinear(graph, activated, weights.Second)], "projected", ("to", OnnxTensor.Float));
        graph.Output("projected", Element.Float, "batch", "tokens", $"{weights.Second.OutputWidth}");
        return graph.Build();
    }

    /// <summary>Weights in float16 behind Cast nodes; everything else in float32.</summary>
    public static byte[] HalfWeights(MlpWeights weights) => Build(weights, HalfWeightMatMul, (graph, a) => graph.Node("Gelu", [a]));

    /// <summary>Inputs and outputs in float16, too.</summary>
    public static byte[] HalfEverywhere(MlpWeights weights)
    {
        var graph = new OnnxGraphBuilder("projector");
        string x = graph.Input("visual_tokens", Element.Float16, "tokens", $"{weights.First.InputWidth}");
        string activated = graph.Node("Gelu", [HalfLinear(graph, x, weights.First)]);
        graph.Node("Identity", "", [HalfLinear(graph, activated, weights.Second)], "projected");
        graph.Output("projected", Element.Float16, "tokens", $"{weights.Second.OutputWidth}");
        return graph.Build();
    }

    /// <summary>The weights as float16 has them.</summary>
    public static MlpWeights Rounded(MlpWeights weights, GeluKind gelu = GeluKind.Exact) =>
        new(Rounded(weights.First), Rounded(weights.Second), gelu);

    public static byte[] DoubledGelu(MlpWeights weights) => Build(weights, MatMulAdd, (graph, a) =>
        graph.Node("Mul", [graph.Node("Gelu", [a]), graph.Scalar(1.001f)]));

    /// <summary>One layer and nothing else.</summary>
    public static byte[] OneLayer(LinearLayer layer)
    {
        var graph = new OnnxGraphBuilder("projector");
        string x = graph.Input("visual_tokens", Element.Float, "batch", "tokens", $"{layer.InputWidth}");
        MatMulAdd(graph, x, layer, "projected");
        graph.Output("projected", Element.Float, "batch", "tokens", $"{layer.OutputWidth}");
        return graph.Build();
    }

    /// <summary>A residual: the hidden layer is used twice.</summary>
    public static byte[] Residual(MlpWeights weights) => Build(weights, MatMulAdd, (graph, a) =>
        graph.Node("Add", [graph.Node("Gelu", [a]), graph.Node("Relu", [a])]));

    private delegate string Linear(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output);

    private static byte[] Build(MlpWeights weights, Linear linear, Func<OnnxGraphBuilder, string, string> activation, int rank = 3)
    {
        var graph = new OnnxGraphBuilder("projector");
        string[] leading = rank == 3 ? ["batch", "tokens"] : ["tokens"];
        string x = graph.Input("visual_tokens", Element.Float, [.. leading, $"{weights.First.InputWidth}"]);
        string a = linear(graph, x, weights.First, null);
        linear(graph, activation(graph, a), weights.Second, "projected");
        graph.Output("projected", Element.Float, [.. leading, $"{weights.Second.OutputWidth}"]);
        return graph.Build();
    }

    private static string MatMulAdd(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output)
    {
        string product = graph.Node("MatMul", [x, Columns(graph, layer)]);
        return graph.Node("Add", "", [product, graph.Constant(layer.Bias, layer.OutputWidth)], output);
    }

    private static string AddMatMul(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output)
    {
        string product = graph.Node("MatMul", [x, Columns(graph, layer)]);
        return graph.Node("Add", "", [graph.Constant(layer.Bias, layer.OutputWidth), product], output);
    }

    private static string GemmNode(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output) => graph.Node(
        "Gemm",
        "",
        [x, graph.Constant(layer.Weight, layer.OutputWidth, layer.InputWidth), graph.Constant(layer.Bias, layer.OutputWidth)],
        output,
        ("transB", 1),
        ("alpha", 1f));

    private static string TransposeMatMul(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output)
    {
        string weight = graph.Node("Identity", [graph.Constant(layer.Weight, layer.OutputWidth, layer.InputWidth)]);
        string transposed = graph.Node("Transpose", [weight], ("perm", new long[] { 1, 0 }));
        return graph.Node("Add", "", [graph.Node("MatMul", [x, transposed]), graph.Constant(layer.Bias, layer.OutputWidth)], output);
    }

    private static string Columns(OnnxGraphBuilder graph, LinearLayer layer) =>
        graph.Constant(ConstantFolder.Transpose(layer.Weight, layer.OutputWidth, layer.InputWidth), layer.InputWidth, layer.OutputWidth);

    private static LinearLayer Rounded(LinearLayer layer) => layer with
    {
        Weight = [.. layer.Weight.Select(value => (float)(Half)value)],
        Bias = [.. layer.Bias.Select(value => (float)(Half)value)],
    };

    public static string TanhGelu(OnnxGraphBuilder graph, string a, Func<float, string> scalar)
    {
        string cube = graph.Node("Pow", [a, scalar(3)]);
        string sum = graph.Node("Add", [a, graph.Node("Mul", [cube, scalar(0.044715f)])]);
        string tanh = graph.Node("Tanh", [graph.Node("Mul", [sum, scalar(0.7978845608f)])]);
        return graph.Node("Mul", [graph.Node("Mul", [a, scalar(0.5f)]), graph.Node("Add", [tanh, scalar(1)])]);
    }

    public static string ErfGelu(OnnxGraphBuilder graph, string a, Func<float, string> scalar)
    {
        string erf = graph.Node("Erf", [graph.Node("Div", [a, scalar(MathF.Sqrt(2))])]);
        string product = graph.Node("Mul", [a, graph.Node("Add", [erf, scalar(1)])]);
        return graph.Node("Mul", [product, scalar(0.5f)]);
    }

    private static string HalfLinear(OnnxGraphBuilder graph, string x, LinearLayer layer)
    {
        string weight = graph.Halves(
            ConstantFolder.Transpose(layer.Weight, layer.OutputWidth, layer.InputWidth), layer.InputWidth, layer.OutputWidth);
        return graph.Node("Add", [graph.Node("MatMul", [x, weight]), graph.Halves(layer.Bias, layer.OutputWidth)]);
    }

    private static string HalfWeightMatMul(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output)
    {
        string weight = graph.Halves(
            ConstantFolder.Transpose(layer.Weight, layer.OutputWidth, layer.InputWidth), layer.InputWidth, layer.OutputWidth);
        string product = graph.Node("MatMul", [x, graph.Node("Cast", [weight], ("to", OnnxTensor.Float))]);
        string bias = graph.Node("Cast", [graph.Halves(layer.Bias, layer.OutputWidth)], ("to", OnnxTensor.Float));
        return graph.Node("Add", "", [product, bias], output);
    }
}
