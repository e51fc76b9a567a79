using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// Small vision encoders that end after a projector: images of 8 x 8, six visual tokens of width 24, embeddings of width 20.
/// </summary>
internal static class EncoderGraphs
{
    public const int Tokens = 6;
    public const int Width = 24;
    public const int HiddenWidth = 40;
    public const int OutputWidth = 20;

    private const int Pixels = 3 * 8 * 8;

    public static MlpWeights Weights { get; } = ProjectorGraphs.Weights(Width, HiddenWidth, OutputWidth, scale: 0.3f);

    /// <summary>An encoder with a nonlinearity and a residual, and a projector behind it.</summary>
    /// <param name="projector">Adds the projector to [batch, 6, 24].</param>
    /// <param name="outputShape">Declared shape; [batch, 6, 20] where it is left out.</param>
    /// <param name="operatorSet">Version of ONNX's own operators.</param>
    public static byte[] Build(Func<OnnxGraphBuilder, string, string> projector, string[]? outputShape = null, int operatorSet = 20)
    {
        var graph = new OnnxGraphBuilder("encoder", operatorSet);
        string x = VisualTokens(graph);
        graph.Node("Identity", "", [projector(graph, x)], "image_features");
        graph.Output("image_features", Element.Float, outputShape ?? ["batch", $"{Tokens}", $"{OutputWidth}"]);
        return graph.Build();
    }

    public static string MatMulAdd(OnnxGraphBuilder graph, string x, LinearLayer layer) => LinearSpellings.All[0].Write(graph, x, layer);

    public static string Mlp(OnnxGraphBuilder graph, string x) => Second(graph, graph.Node("Gelu", [First(graph, x)]));

    public static string First(OnnxGraphBuilder graph, string x) => MatMulAdd(graph, x, Weights.First);

    public static string Second(OnnxGraphBuilder graph, string x) => MatMulAdd(graph, x, Weights.Second);

    public static (string, OrtValue)[] Input(int images = 2) =>
        [("pixel_values", GraphRun.Tensor(Near.Random(images * Pixels, 7), images, 3, 8, 8))];

    private static string VisualTokens(OnnxGraphBuilder graph)
    {
        string pixels = graph.Input("pixel_values", Element.Float, "batch", "3", "8", "8");
        string patches = graph.Node("Reshape", [pixels, graph.Constant([-1L, Tokens, Pixels / Tokens], 3)]);
        string embedded = graph.Node(
            "MatMul", [patches, graph.Constant(Near.Random(Pixels / Tokens * Width, 1, 0.3f), Pixels / Tokens, Width)]);
        string mixed = graph.Node(
            "MatMul", [graph.Node("Tanh", [embedded]), graph.Constant(Near.Random(Width * Width, 2, 0.3f), Width, Width)]);
        return graph.Node("Add", [embedded, mixed]);
    }
}
