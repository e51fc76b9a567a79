using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>What stands around and instead of Linear, GELU, Linear.</summary>
public sealed class ProjectorTailTests : IDisposable
{
    private const int Width = EncoderGraphs.Width;
    private const int Hidden = EncoderGraphs.HiddenWidth;
    private const int Output = EncoderGraphs.OutputWidth;

    private static readonly LinearLayer Middle = new(Near.Random(Hidden * Hidden, 31, 0.3f), Near.Random(Hidden, 32), Hidden, Hidden);

    private readonly TestFolder _folder = new();

    /// <summary>What moves tokens after the projector, and the declared shape of the features then.</summary>
    private static readonly (string Name, Func<OnnxGraphBuilder, string, string> Move, string[] Shape)[] Known =
    [
        ("Identity", (g, z) => g.Node("Identity", [g.Node("Identity", [z])]), ["batch", "6", "20"]),
        (
            "Gather by constants",
            (g, z) => g.Node("Gather", [z, g.Constant([3L, 1L, 2L, 0L, 5L, 4L], 6)], ("axis", 1)),
            ["batch", "6", "20"]),
        ("Gather of images", (g, z) => g.Node("Gather", [z, g.Constant([1L, 0L], 2)], ("axis", 0)), ["batch", "6", "20"]),
        ("Gather by computed order", (g, z) => g.Node("Gather", [Flat(g, z), Order(g)], ("axis", 0)), ["rows", "20"]),
        ("Gather, width unknown", (g, z) => g.Node("Gather", [Flat(g, z), Order(g)], ("axis", 0)), ["rows", "width"]),
        ("Reshape, width unknown", (g, z) => Flat(g, z), ["rows", "width"]),
        ("Reshape to constants", (g, z) => Flat(g, z), ["rows", "20"]),
        ("Reshape with zeros", (g, z) => g.Node("Reshape", [z, g.Constant([0L, 2L, 3L, -1L], 4)]), ["batch", "2", "3", "20"]),
        ("Reshape by the shape of the features", (g, z) => g.Node("Reshape", [z, FlatShape(g, z)]), ["rows", "20"]),
        (
            "Unsqueeze, Squeeze",
            (g, z) => g.Node("Squeeze", [g.Node("Unsqueeze", [z, g.Constant([0L], 1)]), g.Constant([0L], 1)]),
            ["batch", "6", "20"]),
        ("Flatten", (g, z) => g.Node("Flatten", [z], ("axis", 2)), ["rows", "20"]),
        ("Cast to float16 and back", (g, z) => g.Node("Cast", [g.Node("Cast", [z], ("to", 10))], ("to", 1)), ["batch", "6", "20"]),
    ];

    public static TheoryData<string> Moves => [.. Known.Select(move => move.Name)];

    [Theory]
    [MemberData(nameof(Moves))]
    public void Split_MovedTokens_MovesVisualTokensInstead(string what)
    {
        (_, Func<OnnxGraphBuilder, string, string> move, string[] shape) = Known.Single(known => known.Name == what);
        byte[] file = EncoderGraphs.Build((graph, x) => move(graph, EncoderGraphs.Mlp(graph, x)), shape);

        // Features up to 8 in float16 are 0.004 apart.
        SplitVisionEncoder split = Check(file, what.Contains("float16") ? 4e-3 : 1e-5);

        Assert.IsType<ProjectorPart.Mlp>(split.Projector);
        AssertNothingOfTheProjectorIsLeft(split);
    }

    [Fact]
    public void Split_GraphInFloat16_GivesVisualTokensInFloat32()
    {
        byte[] file = EncoderGraphs.Build((graph, x) =>
        {
            string half = graph.Node("Cast", [x], ("to", 10));
            string a = Halves(graph, half, EncoderGraphs.Weights.First);
            string gelu = ProjectorGraphs.ErfGelu(graph, a, graph.HalfScalar);
            return graph.Node("Cast", [Halves(graph, gelu, EncoderGraphs.Weights.Second)], ("to", 1));
        });

        // Sums of 24 and 32 products rounded to eleven bits.
        SplitVisionEncoder split = Check(file, 1e-2);

        MlpWeights weights = Assert.IsType<ProjectorPart.Mlp>(split.Projector).Weights;
        Assert.Equal(ProjectorGraphs.Rounded(EncoderGraphs.Weights).First.Weight, weights.First.Weight);
    }

    [Fact]
    public void Split_OneLayer_IsLinearWithOneSensitivity()
    {
        var layer = new LinearLayer(Near.Random(Output * Width, 3), Near.Random(Output, 4), Width, Output);
        SplitVisionEncoder split = Check(EncoderGraphs.Build((graph, x) => EncoderGraphs.MatMulAdd(graph, x, layer)), 1e-5);

        Assert.Equal(layer.Weight, Assert.IsType<ProjectorPart.Linear>(split.Projector).Layer.Weight);
        var projector = Assert.IsType<LinearOnnxProjector>(ProjectorLoader.Load(split.Projector, "split", threads: 1));
        using (projector)
        {
            float[] tokens = Near.Random(50 * Width, 5);
            var options = new PruningOptions { Keep = KeepBudget.Tokens(7) };
            TokenSelection selection = new VisualTokenPruner(projector, options).Prune(tokens, 50);

            double norm = Math.Sqrt(layer.Weight.Sum(weight => (double)weight * weight) / Width);
            Assert.All(selection.Sensitivity.ToArray(), s => Assert.Equal(norm, s, 1e-6));
            Assert.Equal(
                "the projector is one Linear layer, so its sensitivity is the same for every token: tokens are chosen by diversity",
                selection.Note);
        }
    }

    [Fact]
    public void Split_OneLayerAfterPixelShuffle_TakesWhatGoesIntoIt()
    {
        var layer = new LinearLayer(Near.Random(Output * 3 * Width, 3), Near.Random(Output, 4), 3 * Width, Output);
        byte[] file = EncoderGraphs.Build(
            (graph, x) => EncoderGraphs.MatMulAdd(graph, graph.Node("Reshape", [x, graph.Constant([-1L, 2, 3 * Width], 3)]), layer),
            ["batch", "2", "20"]);

        Assert.Equal(3 * Width, Assert.IsType<ProjectorPart.Linear>(Check(file, 1e-5).Projector).InputWidth);
    }

    [Fact]
    public void Split_ScaledFeatures_PutsTheScaleIntoTheLayer()
    {
        byte[] file = EncoderGraphs.Build((graph, x) => graph.Node("Div", [EncoderGraphs.Mlp(graph, x), graph.Scalar(4)]));

        MlpWeights weights = Assert.IsType<ProjectorPart.Mlp>(Check(file, 1e-5).Projector).Weights;

        Assert.Equal(EncoderGraphs.Weights.Second.Weight[5] / 4, weights.Second.Weight[5]);
        Assert.Equal(EncoderGraphs.Weights.Second.Bias[5] / 4, weights.Second.Bias[5]);
    }

    [Fact]
    public void Split_NormBeforeTheProjector_StaysWithTheEncoder()
    {
        byte[] file = EncoderGraphs.Build((graph, x) => EncoderGraphs.Mlp(graph, Norm(graph, x, Width)));

        Assert.IsType<ProjectorPart.Mlp>(Check(file, 1e-5).Projector);
    }

    [Theory]
    [InlineData("Relu", "its activation is no GELU (erf, tanh or quick)")]
    [InlineData("three layers", "it consists of Linear, Gelu, Linear, Gelu, Linear")]
    [InlineData("norm between", "it consists of Linear, LayerNormalization, Gelu, Linear")]
    [InlineData("RMS norm between", "it consists of Linear, Div, Mul, Gelu, Linear")]
    [InlineData("norm behind", "it consists of Linear, Gelu, Linear, LayerNormalization")]
    [InlineData("gate", "it consists of Linear, Linear, Mul, Mul, Linear")]
    [InlineData("softmax", "its activation is no GELU (erf, tanh or quick)")]
    public void Split_OtherTail_IsAGraphOfItsOwn(string what, string why)
    {
        byte[] file = EncoderGraphs.Build((graph, x) => Other(graph, what, x));

        SplitVisionEncoder split = Check(file, 1e-5);

        Assert.Equal(why, Assert.IsType<ProjectorPart.Graph>(split.Projector).Why);
        AssertNothingOfTheProjectorIsLeft(split);
        IProjector projector = ProjectorLoader.Load(split.Projector, "split", threads: 1);
        using var owned = (IDisposable)projector;
        var options = new PruningOptions { Keep = KeepBudget.Tokens(3) };
        TokenSelection selection = new VisualTokenPruner(projector, options).Prune(Near.Random(10 * Width, 1), 10);
        Assert.Equal($"sensitivity sampled: the projector has no closed form, {why}", selection.Note);
    }

    [Theory]
    [InlineData("nothing", "Add")]
    [InlineData("transposed", "Transpose")]
    [InlineData("residual", "Add")]
    [InlineData("joined", "Concat")]
    public void Split_NoRowsAtTheEnd_SaysWhatIsThere(string what, string found)
    {
        string path = _folder.Write("vision_encoder.onnx", EncoderGraphs.Build((graph, x) => what switch
        {
            "transposed" => graph.Node("Transpose", [EncoderGraphs.Mlp(graph, x)], ("perm", new long[] { 1, 0, 2 })),
            "residual" => graph.Node("Add", [EncoderGraphs.Mlp(graph, x), EncoderGraphs.First(graph, x)]),
            "joined" => graph.Node("Concat", [EncoderGraphs.Mlp(graph, x), x], ("axis", 2)),
            _ => x,
        }));

        var exception = Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(path));

        Assert.Equal(
            $"Graph '{path}': no projector was found before 'image_features', the way back ends at {found}. "
            + "Expected Linear, GELU, Linear, one Linear or other layers that treat each visual token on its own; "
            + "export the projector as onnx/projector.onnx and the encoder without it.",
            exception.Message);
    }

    [Fact]
    public void Split_ProjectorUsedOutside_IsAnError()
    {
        // The order of the tokens depends on the features themselves.
        string path = _folder.Write("vision_encoder.onnx", EncoderGraphs.Build((graph, x) =>
        {
            string z = Flat(graph, EncoderGraphs.Mlp(graph, x));
            string sums = graph.Node("ReduceSum", [z, graph.Constant([-1L], 1)], ("keepdims", 0));
            string count = graph.Node("Shape", [sums]);
            return graph.Node("Gather", [z, graph.NodeWithOutputs("TopK", [sums, count], 2)[1]], ("axis", 0));
        }, ["rows", "20"]));

        Assert.Contains(
            "uses a value from inside the projector", Assert.Throws<ZooPruneException>(() => VisionEncoderSplitter.Split(path)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static string Flat(OnnxGraphBuilder graph, string z) => graph.Node("Reshape", [z, graph.Constant([-1L, Output], 2)]);

    private static string FlatShape(OnnxGraphBuilder graph, string z)
    {
        string shape = graph.Node("Shape", [z]);
        string rows = graph.Node("Mul", [Size(0), Size(1)]);
        return graph.Node("Concat", [rows, Size(2)], ("axis", 0));

        string Size(long index) => graph.Node("Gather", [shape, graph.Constant([index], 1)]);
    }

    /// <summary>An order of all twelve tokens that the graph computes from the pixels.</summary>
    private static string Order(OnnxGraphBuilder graph)
    {
        string sums = graph.Node(
            "ReduceSum",
            [graph.Node("Reshape", ["pixel_values", graph.Constant([12L, -1L], 2)]), graph.Constant([-1L], 1)],
            ("keepdims", 0));
        return graph.NodeWithOutputs("TopK", [sums, graph.Constant([12L], 1)], 2)[1];
    }

    private static string Halves(OnnxGraphBuilder graph, string x, LinearLayer layer) => graph.Node(
        "Add",
        [
            graph.Node("MatMul", [x, graph.Halves(
                ConstantFolder.Transpose(layer.Weight, layer.OutputWidth, layer.InputWidth), layer.InputWidth, layer.OutputWidth)]),
            graph.Halves(layer.Bias, layer.OutputWidth),
        ]);

    private static string Norm(OnnxGraphBuilder graph, string x, int width) =>
        graph.Node("LayerNormalization", [x, graph.Constant(Near.Random(width, 21), width), graph.Constant(Near.Random(width, 22), width)]);

    private static string RmsNorm(OnnxGraphBuilder graph, string x, int width)
    {
        string mean = graph.Node("ReduceMean", [graph.Node("Pow", [x, graph.Scalar(2)]), graph.Constant([-1L], 1)]);
        string root = graph.Node("Sqrt", [graph.Node("Add", [mean, graph.Scalar(1e-6f)])]);
        return graph.Node("Mul", [graph.Constant(Near.Random(width, 21), 1, 1, width), graph.Node("Div", [x, root])]);
    }

    private static string Other(OnnxGraphBuilder graph, string what, string x)
    {
        string first = EncoderGraphs.First(graph, x);
        switch (what)
        {
            case "Relu":
                return EncoderGraphs.Second(graph, graph.Node("Relu", [first]));
            case "softmax":
                return EncoderGraphs.Second(graph, graph.Node("Softmax", [first], ("axis", -1)));
            case "three layers":
                return EncoderGraphs.Second(
                    graph, graph.Node("Gelu", [EncoderGraphs.MatMulAdd(graph, graph.Node("Gelu", [first]), Middle)]));
            case "norm between":
                return EncoderGraphs.Second(graph, graph.Node("Gelu", [Norm(graph, first, Hidden)]));
            case "RMS norm between":
                return EncoderGraphs.Second(graph, graph.Node("Gelu", [RmsNorm(graph, first, Hidden)]));
            case "norm behind":
                return Norm(graph, EncoderGraphs.Second(graph, graph.Node("Gelu", [first])), Output);
            default:
                string gate = graph.Node("Mul", [first, graph.Node("Sigmoid", [first])]);
                string up = EncoderGraphs.MatMulAdd(
                    graph, x, EncoderGraphs.Weights.First with { Weight = Near.Random(Hidden * Width, 41, 0.3f) });
                return EncoderGraphs.Second(graph, graph.Node("Mul", [gate, up]));
        }
    }

    private static void AssertNothingOfTheProjectorIsLeft(SplitVisionEncoder split)
    {
        OnnxGraph graph = OnnxGraphReader.Read(split.Encoder);
        Assert.DoesNotContain(
            graph.Constants.Values, constant => constant.Dimensions.Contains(Hidden) || constant.Dimensions.Contains(Output));
        Assert.DoesNotContain(graph.Nodes, node => node.Operator == "Gelu");
        Assert.Equal(["pixel_values"], graph.Inputs.Select(input => input.Name));
    }

    private SplitVisionEncoder Check(byte[] file, double tolerance) =>
        SplitCheck.SameFeatures(_folder.Write("vision_encoder.onnx", file), tolerance, EncoderGraphs.Input());
}
