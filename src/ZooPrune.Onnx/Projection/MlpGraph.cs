using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Projection;

/// <summary>Writes Linear, GELU, Linear as graphs in float32, whatever the model's file has, with what the sensitivity needs.</summary>
internal static class MlpGraph
{
    public const string Tokens = "visual_tokens";
    public const string Projected = "projected";
    public const string Activations = "activations";
    public const string Sensitivity = "sensitivity";

    // Blocks that are large enough for products to run at full speed.
    private const int Blocks = 4;
    private const int LeastWidthInBlocks = 512;

    /// <summary>x [N, D] -> Z [N, H] and a = W1 x + b1 [N, H1].</summary>
    public static byte[] Projection(MlpProjector mlp)
    {
        var graph = new OnnxGraphBuilder("projector");
        string a = FirstLayer(graph, mlp, Activations);
        SecondLayer(graph, mlp, a);
        graph.Output(Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.OutputWidth}");
        graph.Output(Activations, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.HiddenWidth}");
        return graph.Build();
    }

    /// <summary>x [N, D] -> Z [N, H] and nothing else, for a file.</summary>
    public static byte[] Plain(MlpWeights weights)
    {
        var graph = new OnnxGraphBuilder("projector");
        string x = graph.Input(Tokens, OnnxGraphBuilder.Element.Float, "tokens", $"{weights.First.InputWidth}");
        Layer(graph, Activated(graph, weights.Gelu, Layer(graph, x, weights.First, null)), weights.Second, Projected);
        graph.Output(Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{weights.Second.OutputWidth}");
        return graph.Build();
    }

    /// <summary>x [N, D] -> Z [N, H] by one layer.</summary>
    public static byte[] OneLayer(LinearLayer layer)
    {
        var graph = new OnnxGraphBuilder("projector");
        string x = graph.Input(Tokens, OnnxGraphBuilder.Element.Float, "tokens", $"{layer.InputWidth}");
        Layer(graph, x, layer, Projected);
        graph.Output(Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{layer.OutputWidth}");
        return graph.Build();
    }

    /// <summary>x [N, D] -> Z [N, H] and S [N] by the exact closed form, S = sqrt(max(d^T Q d, 0) / D).</summary>
    public static byte[] ProjectionWithSensitivity(MlpProjector mlp)
    {
        var graph = new OnnxGraphBuilder("projector_with_sensitivity");
        string a = FirstLayer(graph, mlp, null);
        SecondLayer(graph, mlp, a);

        string d = Slope(graph, mlp.Gelu, a);
        string sum = QuadraticForm(graph, mlp, d);
        string mean = graph.Node("Mul", [graph.Node("Relu", [sum]), graph.Scalar(1f / mlp.InputWidth)]);
        graph.Node("Sqrt", "", [mean], Sensitivity);

        graph.Output(Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.OutputWidth}");
        graph.Output(Sensitivity, OnnxGraphBuilder.Element.Float, "tokens");
        return graph.Build();
    }

    /// <summary>
    /// d^T Q d, block column by block column, each with what lies above its diagonal block counted twice instead of what lies below: five
    /// eighths of the products and of the weights.
    /// </summary>
    private static string QuadraticForm(OnnxGraphBuilder graph, MlpProjector mlp, string d)
    {
        int hidden = mlp.HiddenWidth;
        int blocks = hidden >= LeastWidthInBlocks ? Blocks : 1;
        string axis = graph.Constant([1L], 1);
        string? sum = null;
        for (int block = 0; block < blocks; block++)
        {
            int from = hidden * block / blocks;
            int to = hidden * (block + 1) / blocks;
            string above = Columns(0, to);
            string form = graph.Constant(Doubled(mlp.Form.Values, hidden, from, to), to, to - from);
            string terms = graph.Node("Mul", [graph.Node("MatMul", [above, form]), Columns(from, to)]);
            string part = graph.Node("ReduceSum", [terms, axis], ("keepdims", 0));
            sum = sum is null ? part : graph.Node("Add", [sum, part]);
        }

        return sum!;

        string Columns(int from, int to) => to - from == hidden
            ? d
            : graph.Node("Slice", [d, graph.Constant([(long)from], 1), graph.Constant([(long)to], 1), axis]);
    }

    /// <summary>Rows 0..to and columns from..to of Q, the rows before <paramref name="from"/> twice as large.</summary>
    private static float[] Doubled(ReadOnlySpan<float> form, int hidden, int from, int to)
    {
        int width = to - from;
        float[] values = new float[to * width];
        for (int row = 0; row < to; row++)
        {
            Span<float> target = values.AsSpan(row * width, width);
            form.Slice((row * hidden) + from, width).CopyTo(target);
            for (int column = 0; column < width && row < from; column++)
            {
                target[column] *= 2;
            }
        }

        return values;
    }

    private static string FirstLayer(OnnxGraphBuilder graph, MlpProjector mlp, string? output)
    {
        string x = graph.Input(Tokens, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.InputWidth}");
        string weight = graph.Constant(mlp.Weight1, mlp.HiddenWidth, mlp.InputWidth);
        return graph.Node("Gemm", "", [x, weight, graph.Constant(mlp.Bias1, mlp.HiddenWidth)], output, ("transB", 1));
    }

    private static void SecondLayer(OnnxGraphBuilder graph, MlpProjector mlp, string a)
    {
        string activated = Activated(graph, mlp.Gelu, a);
        string weight = graph.Constant(mlp.Weight2, mlp.OutputWidth, mlp.HiddenWidth);
        graph.Node("Gemm", "", [activated, weight, graph.Constant(mlp.Bias2, mlp.OutputWidth)], Projected, ("transB", 1));
    }

    private static string Layer(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output) => graph.Node(
        "Gemm",
        "",
        [x, graph.Constant(layer.Weight, layer.OutputWidth, layer.InputWidth), graph.Constant(layer.Bias, layer.OutputWidth)],
        output,
        ("transB", 1));

    private static string Activated(OnnxGraphBuilder graph, GeluKind gelu, string a) => gelu switch
    {
        GeluKind.Tanh => graph.Node("Gelu", [a], ("approximate", "tanh")),
        GeluKind.Quick => graph.Node("Mul", [a, graph.Node("Sigmoid", [graph.Node("Mul", [a, graph.Scalar((float)GeluFunction.Quick)])])]),
        _ => graph.Node("Gelu", [a]),
    };

    /// <summary>d = g'(a).</summary>
    private static string Slope(OnnxGraphBuilder graph, GeluKind gelu, string a)
    {
        if (gelu == GeluKind.Exact)
        {
            // With t = a / sqrt(2): d = 1/2 + erf(t) / 2 + t exp(-t^2) / sqrt(pi).
            string t = graph.Node("Mul", [a, graph.Scalar(1 / MathF.Sqrt(2))]);
            string half = graph.Scalar(0.5f);
            string area = graph.Node("Add", [graph.Node("Mul", [graph.Node("Erf", [t]), half]), half]);
            string bell = graph.Node("Exp", [graph.Node("Neg", [graph.Node("Mul", [t, t])])]);
            string scaled = graph.Node("Mul", [t, graph.Scalar(1 / MathF.Sqrt(MathF.PI))]);
            return graph.Node("Add", [area, graph.Node("Mul", [scaled, bell])]);
        }

        // g(a) = a s(p(a)), s the sigmoid: d = s + (s a) p' (1 - s). |a| is cut at 64 in p, so that a^3 and p' stay finite.
        string cut = graph.Node("Clip", [a, graph.ScalarWithoutShape(-64), graph.ScalarWithoutShape(64)]);
        string p;
        string slope;
        if (gelu == GeluKind.Tanh)
        {
            string square = graph.Node("Mul", [cut, cut]);
            string linear = graph.Scalar((float)GeluFunction.TwoSqrtTwoOverPi);
            float cubic = (float)(GeluFunction.TwoSqrtTwoOverPi * GeluFunction.Cubic);
            p = graph.Node("Mul", [cut, graph.Node("Add", [graph.Node("Mul", [square, graph.Scalar(cubic)]), linear])]);
            slope = graph.Node("Add", [graph.Node("Mul", [square, graph.Scalar(3 * cubic)]), linear]);
        }
        else
        {
            slope = graph.Scalar((float)GeluFunction.Quick);
            p = graph.Node("Mul", [cut, slope]);
        }

        string s = graph.Node("Sigmoid", [p]);
        string rest = graph.Node("Sub", [graph.Scalar(1), s]);
        string bend = graph.Node("Mul", [graph.Node("Mul", [s, rest]), graph.Node("Mul", [cut, slope])]);
        return graph.Node("Add", [s, bend]);
    }
}
