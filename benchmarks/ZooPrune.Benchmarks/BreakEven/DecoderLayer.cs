using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Benchmarks;

/// <summary>
/// One decoder layer of the size of LLaVA-1.5-7B's language model (Llama 2), with random weights: RMSNorm, attention with rotary
/// positions and a KV cache, SwiGLU. 202 million weights, 0.8 GB.
/// </summary>
internal sealed class DecoderLayer : IDisposable
{
    public const int Width = 4096;
    public const int LayerCount = 32;

    public const int HeadWidth = Width / Heads;

    private const int Heads = 32;
    private const int HiddenWidth = 11008;

    private static readonly string[] InputNames = ["x", "cosines", "sines", "mask", "past_key", "past_value"];
    private static readonly string[] OutputNames = ["y", "key", "value"];

    private readonly GraphSession _session = GraphSession.Create("decoder layer", BuildGraph(), settings: 0);

    /// <summary>Reads tokens: y [count, H], and keys and values [heads, past + count, head width], which the caller disposes.</summary>
    public unsafe IDisposableReadOnlyCollection<OrtValue> Run(LayerInput input)
    {
        (int count, int past) = (input.Count, input.Past);
        fixed (float* x = input.X, keys = input.Keys, values = input.Values, cosines = input.Cosines, sines = input.Sines, mask = input.Mask)
        {
            float nothing = 0;
            using OrtValue xValue = GraphSession.View(x, 1, count, Width);
            using OrtValue cosineValue = GraphSession.View(cosines, 1, 1, count, HeadWidth);
            using OrtValue sineValue = GraphSession.View(sines, 1, 1, count, HeadWidth);
            using OrtValue maskValue = GraphSession.View(mask, 1, 1, count, past + count);
            using OrtValue key = GraphSession.View(past > 0 ? keys : &nothing, 1, Heads, past, HeadWidth);
            using OrtValue value = GraphSession.View(past > 0 ? values : &nothing, 1, Heads, past, HeadWidth);
            return _session.Run(InputNames, [xValue, cosineValue, sineValue, maskValue, key, value], OutputNames);
        }
    }

    /// <summary>Eight tokens at once and then one more must give what nine at once give.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public void CheckCache()
    {
        float[] x = LayerInput.Random(9 * Width, 11, 1);
        using IDisposableReadOnlyCollection<OrtValue> eight = Run(LayerInput.First(x[..^Width]));
        var ninth = LayerInput.Next(x[^Width..], eight[1].GetTensorDataAsSpan<float>(), eight[2].GetTensorDataAsSpan<float>(), past: 8);
        using IDisposableReadOnlyCollection<OrtValue> continued = Run(ninth);
        using IDisposableReadOnlyCollection<OrtValue> direct = Run(LayerInput.First(x));
        ReadOnlySpan<float> expected = direct[0].GetTensorDataAsSpan<float>()[^Width..];
        ReadOnlySpan<float> actual = continued[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < Width; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= 1e-3 * (1 + Math.Abs(expected[i]))))
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"Benchmark: element {i} of the layer's ninth token is {actual[i]:G9} with the cache. Without it is {expected[i]:G9}; nothing is timed before this is mended."));
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private static byte[] BuildGraph()
    {
        var graph = new OnnxGraphBuilder("decoder_layer");
        string x = graph.Input("x", Element.Float, "1", "length", $"{Width}");
        string cosines = graph.Input("cosines", Element.Float, "1", "1", "length", $"{HeadWidth}");
        string sines = graph.Input("sines", Element.Float, "1", "1", "length", $"{HeadWidth}");
        string mask = graph.Input("mask", Element.Float, "1", "1", "length", "total");
        string pastKey = graph.Input("past_key", Element.Float, "1", $"{Heads}", "past", $"{HeadWidth}");
        string pastValue = graph.Input("past_value", Element.Float, "1", $"{Heads}", "past", $"{HeadWidth}");

        // Attention.
        string normed = RootMeanSquareNorm(graph, x);
        string query = Rotate(graph, SplitHeads(graph, Linear(graph, normed, Width, Width, 1)), cosines, sines);
        string newKey = Rotate(graph, SplitHeads(graph, Linear(graph, normed, Width, Width, 2)), cosines, sines);
        string newValue = SplitHeads(graph, Linear(graph, normed, Width, Width, 3));
        string key = graph.Node("Concat", "", [pastKey, newKey], "key", ("axis", 2));
        string value = graph.Node("Concat", "", [pastValue, newValue], "value", ("axis", 2));
        string products = graph.Node("MatMul", [query, graph.Node("Transpose", [key], ("perm", new long[] { 0, 1, 3, 2 }))]);
        string scores = graph.Node("Add", [graph.Node("Mul", [products, graph.Scalar(1 / MathF.Sqrt(HeadWidth))]), mask]);
        string mixed = graph.Node("MatMul", [graph.Node("Softmax", [scores], ("axis", -1)), value]);
        string joined = graph.Node("Reshape", [graph.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), graph.Constant([1L, -1, Width], 3)]);
        string attended = graph.Node("Add", [x, Linear(graph, joined, Width, Width, 4)]);

        // SwiGLU.
        string normedAgain = RootMeanSquareNorm(graph, attended);
        string gate = Linear(graph, normedAgain, Width, HiddenWidth, 5);
        string swish = graph.Node("Mul", [gate, graph.Node("Sigmoid", [gate])]);
        string hidden = graph.Node("Mul", [swish, Linear(graph, normedAgain, Width, HiddenWidth, 6)]);
        graph.Node("Add", "", [attended, Linear(graph, hidden, HiddenWidth, Width, 7)], "y");

        graph.Output("y", Element.Float, "1", "length", $"{Width}");
        graph.Output("key", Element.Float, "1", $"{Heads}", "total", $"{HeadWidth}");
        graph.Output("value", Element.Float, "1", $"{Heads}", "total", $"{HeadWidth}");
        return graph.Build();
    }

    /// <summary>x W. W is a random block repeated downwards, which ONNX Runtime unrolls once, when it loads the graph.</summary>
    private static string Linear(OnnxGraphBuilder graph, string x, int inputWidth, int outputWidth, int seed)
    {
        const int BlockRows = 64;
        string block = graph.Constant(LayerInput.Random(BlockRows * outputWidth, seed, 1 / MathF.Sqrt(inputWidth)), BlockRows, outputWidth);
        string weight = graph.Node("Tile", [block, graph.Constant([inputWidth / BlockRows, 1L], 2)]);
        return graph.Node("MatMul", [x, weight]);
    }

    private static string RootMeanSquareNorm(OnnxGraphBuilder graph, string x)
    {
        string mean = graph.Node("ReduceMean", [graph.Node("Mul", [x, x]), graph.Constant([-1L], 1)], ("keepdims", 1));
        string root = graph.Node("Sqrt", [graph.Node("Add", [mean, graph.Scalar(1e-5f)])]);
        return graph.Node("Mul", [graph.Node("Div", [x, root]), graph.Constant(LayerInput.Random(Width, 9, 1), Width)]);
    }

    private static string SplitHeads(OnnxGraphBuilder graph, string x) => graph.Node(
        "Transpose", [graph.Node("Reshape", [x, graph.Constant([1L, -1, Heads, HeadWidth], 4)])], ("perm", new long[] { 0, 2, 1, 3 }));

    /// <summary>x cos + (-second half, first half) sin.</summary>
    private static string Rotate(OnnxGraphBuilder graph, string x, string cosines, string sines)
    {
        string first = Slice(0, HeadWidth / 2);
        string second = Slice(HeadWidth / 2, HeadWidth);
        string turned = graph.Node("Concat", [graph.Node("Neg", [second]), first], ("axis", -1));
        return graph.Node("Add", [graph.Node("Mul", [x, cosines]), graph.Node("Mul", [turned, sines])]);

        string Slice(long start, long end) =>
            graph.Node("Slice", [x, graph.Constant([start], 1), graph.Constant([end], 1), graph.Constant([-1L], 1)]);
    }
}
