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

    private const int LeastSetWithGelu = 20;

    /// <summary>x [N, D] -> Z [N, H] and a = W1 x + b1 [N, H1].</summary>
    public static byte[] Projection(MlpProjector mlp)
    {
        var graph = new OnnxGraphBuilder("projector");
        string a = FirstLayer(graph, mlp, Input(graph, mlp), Activations);
        SecondLayer(graph, mlp, a, Projected);
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
        string a = FirstLayer(graph, mlp, Input(graph, mlp), null);
        SecondLayer(graph, mlp, a, Projected);
        RootOfMean(graph, QuadraticForm(graph, mlp, Slope(graph, mlp.Gelu, a)), mlp.InputWidth, Sensitivity);

        graph.Output(Projected, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.OutputWidth}");
        graph.Output(Sensitivity, OnnxGraphBuilder.Element.Float, "tokens");
        return graph.Build();
    }

    /// <summary>S = sqrt(max(sum, 0) / D).</summary>
    public static string RootOfMean(OnnxGraphBuilder graph, string sum, int inputWidth, string? output = null) =>
        graph.Node("Sqrt", "", [graph.Node("Mul", [graph.Node("Relu", [sum]), graph.Scalar(1f / inputWidth)])], output);

    /// <summary>
    /// d^T Q d, block column by block column, each with what lies above its diagonal block counted twice instead of what lies below: five
    /// eighths of the products and of the weights.
    /// </summary>
    public static string QuadraticForm(OnnxGraphBuilder graph, MlpProjector mlp, string d)
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
            string form = graph.Constant(Doubled(mlp.GetQuadraticForm(), hidden, from, to), to, to - from);
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

    private static string Input(OnnxGraphBuilder graph, MlpProjector mlp) =>
        graph.Input(Tokens, OnnxGraphBuilder.Element.Float, "tokens", $"{mlp.InputWidth}");

    /// <summary>a = W1 x + b1.</summary>
    public static string FirstLayer(OnnxGraphBuilder graph, MlpProjector mlp, string x, string? output = null)
    {
        string weight = graph.Constant(mlp.Weight1, mlp.HiddenWidth, mlp.InputWidth);
        return graph.Node("Gemm", "", [x, weight, graph.Constant(mlp.Bias1, mlp.HiddenWidth)], output, ("transB", 1));
    }

    /// <summary>Z = W2 g(a) + b2.</summary>
    public static string SecondLayer(OnnxGraphBuilder graph, MlpProjector mlp, string a, string? output = null)
    {
        string activated = Activated(graph, mlp.Gelu, a);
        string weight = graph.Constant(mlp.Weight2, mlp.OutputWidth, mlp.HiddenWidth);
        return graph.Node("Gemm", "", [activated, weight, graph.Constant(mlp.Bias2, mlp.OutputWidth)], output, ("transB", 1));
    }

    /// <summary>W x + b.</summary>
    public static string Layer(OnnxGraphBuilder graph, string x, LinearLayer layer, string? output = null) => graph.Node(
        "Gemm",
        "",
        [x, graph.Constant(layer.Weight, layer.OutputWidth, layer.InputWidth), graph.Constant(layer.Bias, layer.OutputWidth)],
        output,
        ("transB", 1));

    private static string Activated(OnnxGraphBuilder graph, GeluKind gelu, string a) => gelu switch
    {
        GeluKind.Tanh when graph.OperatorSet >= LeastSetWithGelu => graph.Node("Gelu", [a], ("approximate", "tanh")),
        GeluKind.Exact when graph.OperatorSet >= LeastSetWithGelu => graph.Node("Gelu", [a]),
        GeluKind.Quick => graph.Node("Mul", [a, graph.Node("Sigmoid", [graph.Node("Mul", [a, graph.Scalar((float)GeluFunction.Quick)])])]),
        GeluKind.Tanh => graph.Node("Mul", [a, graph.Node("Sigmoid", [Steep(graph, a)])]),
        _ => graph.Node("Mul", [a, Area(graph, graph.Node("Mul", [a, graph.Scalar(1 / MathF.Sqrt(2))]))]),
    };

    /// <summary>The area under the bell curve left of a, from t = a / sqrt(2).</summary>
    private static string Area(OnnxGraphBuilder graph, string t)
    {
        string half = graph.Scalar(0.5f);
        return graph.Node("Add", [graph.Node("Mul", [graph.Node("Erf", [t]), half]), half]);
    }

    /// <summary>2 sqrt(2 / pi) (a + 0.044715 a^3), whose sigmoid is the tanh form's area.</summary>
    private static string Steep(OnnxGraphBuilder graph, string a)
    {
        string square = graph.Node("Mul", [a, a]);
        float cubic = (float)(GeluFunction.TwoSqrtTwoOverPi * GeluFunction.Cubic);
        string linear = graph.Scalar((float)GeluFunction.TwoSqrtTwoOverPi);
        return graph.Node("Mul", [a, graph.Node("Add", [graph.Node("Mul", [square, graph.Scalar(cubic)]), linear])]);
    }

    /// <summary>d = g'(a).</summary>
    public static string Slope(OnnxGraphBuilder graph, GeluKind gelu, string a)
    {
        if (gelu == GeluKind.Exact)
        {
            // With t = a / sqrt(2): d = 1/2 + erf(t) / 2 + t exp(-t^2) / sqrt(pi).
            string t = graph.Node("Mul", [a, graph.Scalar(1 / MathF.Sqrt(2))]);
            string area = Area(graph, t);
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
            p = Steep(graph, cut);
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
