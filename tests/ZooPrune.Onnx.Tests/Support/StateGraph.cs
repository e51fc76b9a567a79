using Google.Protobuf;
using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>Small decoders with states of every kind and random weights.</summary>
internal sealed record StateGraph
{
    public int Width { get; init; } = 32;

    public int Vocabulary { get; init; } = 13;

    /// <summary>Layers of GroupQueryAttention, each with two heads that share a key and a value.</summary>
    public int AttentionLayers { get; init; }

    /// <summary>Whether something besides GroupQueryAttention looks at the cache, which then cannot grow in place.</summary>
    public bool LooksAtCache { get; init; }

    /// <summary>Whether a layer is a convolution over three tokens, with the last two as its state.</summary>
    public bool HasConvolution { get; init; }

    /// <summary>Whether a layer is a sum over all tokens, with the sum as its state.</summary>
    public bool HasRecurrence { get; init; }

    /// <summary>Whether a layer is a mean over all tokens, with keys of this type.</summary>
    public Element? Mean { get; init; }

    /// <summary>Positions that the rotary tables have.</summary>
    public int MostPositions { get; init; } = 256;

    private int HeadWidth => Width / 2;

    public byte[] Build()
    {
        var graph = new OnnxGraphBuilder("decoder", operatorSet: 17);
        string x = graph.Input("inputs_embeds", Element.Float, "batch", "length", $"{Width}");
        string mask = graph.Input("attention_mask", Element.Int64, "batch", "total");
        var groups = new Dictionary<string, string[]>();
        string first = x;
        if (HasConvolution)
        {
            x = graph.Node("Add", [x, Convolution(graph, x)]);
        }

        if (HasRecurrence)
        {
            x = graph.Node("Add", [x, Recurrence(graph, x)]);
        }

        if (Mean is { } type)
        {
            x = graph.Node("Add", [x, MeanOf(graph, first, mask, type)]);
        }

        if (AttentionLayers > 0)
        {
            x = Attention(graph, x, mask, groups);
        }

        graph.Node("MatMul", "", [x, Weights(graph, 90, Width, Vocabulary)], "logits");
        graph.Output("logits", Element.Float, "batch", "length", $"{Vocabulary}");
        return WithOutputs(graph.Build(), groups);
    }

    private static string Weights(OnnxGraphBuilder graph, int seed, int rows, int columns) =>
        graph.Constant(Near.Random(rows * columns, seed, 1.5f / MathF.Sqrt(rows)), rows, columns);

    private string Convolution(OnnxGraphBuilder graph, string x)
    {
        string past = graph.Input("past_conv.0", Element.Float, "batch", $"{Width}", "2");
        string all = graph.Node("Concat", [past, graph.Node("Transpose", [x], ("perm", new long[] { 0, 2, 1 }))], ("axis", 2));
        string[] lastTwo = [graph.Constant([-2L], 1), graph.Constant([long.MaxValue], 1), graph.Constant([2L], 1)];
        graph.Node("Slice", "", [all, .. lastTwo], "present_conv.0");
        graph.Output("present_conv.0", Element.Float, "batch", $"{Width}", "2");
        string mixed = graph.Node("Conv", [all, graph.Constant(Near.Random(Width * 3, 31), Width, 1, 3)], ("group", Width));
        return graph.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1 }));
    }

    private string Recurrence(OnnxGraphBuilder graph, string x)
    {
        string past = graph.Input("past_recurrent.1", Element.Float, "batch", $"{Width}");
        string sums = graph.Node("CumSum", [x, graph.Constant([1L], 1)]);
        sums = graph.Node("Add", [sums, graph.Node("Unsqueeze", [past, graph.Constant([1L], 1)])]);
        string last = graph.Node("Slice", [sums, graph.Constant([-1L], 1), graph.Constant([long.MaxValue], 1), graph.Constant([1L], 1)]);
        graph.Node("Squeeze", "", [last, graph.Constant([1L], 1)], "present_recurrent.1");
        graph.Output("present_recurrent.1", Element.Float, "batch", $"{Width}");
        return graph.Node("Tanh", [sums]);
    }

    private string MeanOf(OnnxGraphBuilder graph, string x, string mask, Element type)
    {
        string past = graph.Input("past_key_values.2.key", type, "batch", "1", "past", $"{Width}");
        string head = graph.Node("Cast", [graph.Node("Unsqueeze", [x, graph.Constant([1L], 1)])], ("to", (int)type));
        graph.Node("Concat", "", [past, head], "present.2.key", ("axis", 2));
        graph.Output("present.2.key", type, "batch", "1", "total", $"{Width}");
        string ones = graph.Node("Unsqueeze", [graph.Node("Cast", [mask], ("to", 1)), graph.Constant([1L, 3L], 2)]);
        string all = graph.Node("Mul", [graph.Node("Cast", ["present.2.key"], ("to", 1)), ones]);
        string sum = graph.Node("ReduceSum", [all, graph.Constant([2L], 1)], ("keepdims", 0));
        return graph.Node("Div", [sum, graph.Node("ReduceSum", [ones, graph.Constant([2L], 1)], ("keepdims", 0))]);
    }

    private string Attention(OnnxGraphBuilder graph, string x, string mask, Dictionary<string, string[]> groups)
    {
        string sum = graph.Node("ReduceSum", [mask, graph.Constant([1L], 1)], ("keepdims", 0));
        string lengths = graph.Node("Cast", [graph.Node("Sub", [sum, graph.Constant([1L], 1)])], ("to", (int)Element.Int32));
        string total = graph.Node("Gather", [graph.Node("Shape", [mask]), graph.Constant([1L], 1)]);
        total = graph.Node("Cast", [total], ("to", (int)Element.Int32));
        float[] cosines = new float[MostPositions * HeadWidth / 2];
        float[] sines = new float[cosines.Length];
        for (int i = 0; i < cosines.Length; i++)
        {
            double angle = i / (HeadWidth / 2) * Math.Pow(1000, -(i % (HeadWidth / 2)) / (HeadWidth / 2.0));
            (cosines[i], sines[i]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        string cosine = graph.Constant(cosines, MostPositions, HeadWidth / 2);
        string sine = graph.Constant(sines, MostPositions, HeadWidth / 2);
        for (int layer = 3; layer < 3 + AttentionLayers; layer++)
        {
            string key = graph.Input($"past_key_values.{layer}.key", Element.Float, "batch", "1", "past", $"{HeadWidth}");
            string value = graph.Input($"past_key_values.{layer}.value", Element.Float, "batch", "1", "past", $"{HeadWidth}");
            string attended = graph.Node(
                "GroupQueryAttention",
                MicrosoftDomain,
                [
                    graph.Node("MatMul", [x, Weights(graph, (layer * 4) + 100, Width, Width)]),
                    graph.Node("MatMul", [x, Weights(graph, (layer * 4) + 101, Width, HeadWidth)]),
                    graph.Node("MatMul", [x, Weights(graph, (layer * 4) + 102, Width, HeadWidth)]),
                    key, value, lengths, total, cosine, sine,
                ],
                null,
                ("num_heads", 2),
                ("kv_num_heads", 1),
                ("do_rotary", 1));
            groups[attended] = [$"present.{layer}.key", $"present.{layer}.value"];
            string output = graph.Node("MatMul", [attended, Weights(graph, (layer * 4) + 103, Width, Width)]);
            x = graph.Node("Tanh", [graph.Node("Add", [x, output])]);
            if (LooksAtCache)
            {
                string nothing = graph.Node("Mul", [graph.Node("Cast", [graph.Node("Size", [key])], ("to", 1)), graph.Scalar(0)]);
                x = graph.Node("Add", [x, nothing]);
            }

            graph.Output($"present.{layer}.key", Element.Float, "batch", "1", "total", $"{HeadWidth}");
            graph.Output($"present.{layer}.value", Element.Float, "batch", "1", "total", $"{HeadWidth}");
        }

        return x;
    }

    /// <summary>The graph with more outputs of nodes, named by their first.</summary>
    private static byte[] WithOutputs(byte[] bytes, Dictionary<string, string[]> more)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(bytes);
        foreach (NodeProto node in model.Graph.Node.Where(node => more.ContainsKey(node.Output[0])))
        {
            node.Output.Add(more[node.Output[0]]);
        }

        return model.ToByteArray();
    }
}
