using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx.EncoderInside;

/// <summary>Names of what <see cref="AttentionWriter"/> adds to an encoder's outputs.</summary>
internal static class InsideOutput
{
    /// <summary>[batch, T]; the first token's attention in the last layer, mean over heads; and what each token receives.</summary>
    public const string LastRow = "zooprune_last_row", LastReceived = "zooprune_last_received";

    /// <summary>The same in the first layer.</summary>
    public const string FirstRow = "zooprune_first_row", FirstReceived = "zooprune_first_received";

    /// <summary>The same in the last layer with all heads as one.</summary>
    public const string JoinedRow = "zooprune_joined_row", JoinedReceived = "zooprune_joined_received";

    /// <summary>[batch, T, heads, d]; keys of the last layer.</summary>
    public const string Keys = "zooprune_keys";

    /// <summary>[N]; where the rows of X come from in the order of the layers. One for each time that they are moved.</summary>
    public const string Order = "zooprune_order";
}

/// <summary>
/// Adds to a vision encoder's graph what its first and last attention layers say. It reads the tensors that the graph has anyway, with its
/// own weights, in whatever precision and quantisation: no weight is read here, so none can be misread.
/// </summary>
internal sealed class AttentionWriter
{
    private readonly OnnxGraphBuilder _builder;
    private readonly string _batch;

    private AttentionWriter(OnnxGraphBuilder builder, string pixels, bool takesPatches)
    {
        _builder = builder;
        _batch = takesPatches ? builder.Constant([1L], 1) : builder.Dimensions(pixels, 0, 1);
    }

    /// <summary>Adds the outputs.</summary>
    /// <param name="graph">An encoder that ends in X.</param>
    /// <param name="constants">Its constants.</param>
    /// <param name="takesPatches">Whether its input is patches of one picture, not a batch of tiles.</param>
    /// <param name="problem">Why it cannot be done, as a clause.</param>
    /// <returns>The new model and how often rows are moved behind the last layer; null with a problem.</returns>
    public static (ModelProto Model, int Moves)? Write(OnnxGraph graph, ConstantFolder constants, bool takesPatches, out string problem)
    {
        string tokens = graph.Outputs[0].Name;
        IReadOnlyList<AttentionLayer> layers = AttentionLayer.Find(constants, tokens);
        problem = graph.OperatorSet < PrunerNodes.LeastOperatorSet
            ? $"its operator set is {graph.OperatorSet}, before {PrunerNodes.LeastOperatorSet}"
            : layers.Count == 0
                ? "between its input and the visual tokens there is no MatMul, Softmax, MatMul and no fused Attention without a mask"
                : "";
        if (problem.Length > 0)
        {
            return null;
        }

        ModelProto model = graph.Model.Clone();
        var builder = new OnnxGraphBuilder("inside", graph.OperatorSet, "zooprune_inside.");
        var writer = new AttentionWriter(builder, graph.Inputs[0].Name, takesPatches);
        writer.Layer(layers[0], InsideOutput.FirstRow, InsideOutput.FirstReceived, isLast: false);
        writer.Layer(layers[^1], InsideOutput.LastRow, InsideOutput.LastReceived, isLast: true);
        string[] moves = Moves(constants, layers[^1], tokens);
        for (int move = 0; move < moves.Length; move++)
        {
            string name = $"{InsideOutput.Order}{move}";
            builder.Node("Cast", "", [moves[move]], name, ("to", OnnxTensor.Int64));
            builder.Output(name, OnnxGraphBuilder.Element.Int64, "visual_tokens");
        }

        model.IrVersion = Math.Max(model.IrVersion, 4);
        model.Graph.Node.Add(builder.Graph.Node);
        model.Graph.Initializer.Add(builder.Graph.Initializer);
        model.Graph.Output.Add(builder.Graph.Output);
        return (model, moves.Length);
    }

    /// <summary>What moves rows between the last layer and X: the order of Qwen's windows, undone.</summary>
    private static string[] Moves(ConstantFolder constants, AttentionLayer last, string tokens)
    {
        string start = last is AttentionLayer.Spelled spelled ? spelled.Weights : ((AttentionLayer.Fused)last).Node.Outputs[0];
        var behind = new HashSet<string> { start };
        var moves = new List<string>();
        foreach (OnnxNode node in constants.Order.Graph.Nodes.OrderBy(node => constants.Order.Place(node.Outputs[0])))
        {
            // How many tokens there are is no token.
            if (node.Operator == "Shape" || !node.Inputs.Any(behind.Contains))
            {
                continue;
            }

            behind.UnionWith(node.Outputs);
            if (node is { Operator: "Gather", Domain: "", Inputs: [var rows, var indices] } && behind.Contains(rows)
                && !constants.IsConstant(indices) && node.Int64("axis", 0) == 0 && !behind.Contains(indices))
            {
                moves.Add(indices);
            }
        }

        return behind.Contains(tokens) ? [.. moves] : [];
    }

    private void Layer(AttentionLayer layer, string row, string received, bool isLast)
    {
        (string logits, string weights, string keys) = layer switch
        {
            AttentionLayer.Spelled spelled => (
                PerHead(spelled.Logits),
                PerHead(spelled.Weights),
                _builder.Node("Transpose", [PerHead(spelled.Keys)], ("perm", spelled.KeysAreRows ? (long[])[0, 2, 1, 3] : [0, 3, 1, 2]))),
            AttentionLayer.Fused fused => Unfused(fused.Node),
            _ => throw new ArgumentOutOfRangeException(nameof(layer)),
        };
        Rows(_builder.Reduce("ReduceMean", weights, 1, isKept: false), row, received);
        if (!isLast)
        {
            return;
        }

        // One head of the width of all: the sum of the heads' products, which are divided by sqrt(d), over sqrt(heads).
        string heads = _builder.Dimensions(logits, 1, 2);
        string root = _builder.Node("Sqrt", [_builder.Node("Cast", [heads], ("to", OnnxTensor.Float))]);
        string sum = _builder.Node("Cast", [_builder.Reduce("ReduceSum", logits, 1, isKept: false)], ("to", OnnxTensor.Float));
        Rows(
            _builder.Node("Softmax", [_builder.Node("Div", [sum, root])], ("axis", -1)),
            InsideOutput.JoinedRow,
            InsideOutput.JoinedReceived);
        Output(keys, InsideOutput.Keys, "images", "patches", "heads", "width");
    }

    /// <summary>The first row of [batch, T, T], and the sum over all rows.</summary>
    private void Rows(string attention, string row, string received)
    {
        string first = _builder.Node("Gather", [attention, _builder.Constant([0L], [])], ("axis", 1));
        Output(first, row, "images", "patches");
        Output(_builder.Reduce("ReduceSum", attention, 1, isKept: false), received, "images", "patches");
    }

    private void Output(string value, string name, params ReadOnlySpan<string> dimensions)
    {
        _builder.Node("Cast", "", [value], name, ("to", OnnxTensor.Float));
        _builder.Output(name, OnnxGraphBuilder.Element.Float, dimensions);
    }

    /// <summary>[batch, heads, a, b], whether or not batch and heads were one dimension.</summary>
    private string PerHead(string value)
    {
        string last = _builder.Dimensions(value, -2, int.MaxValue);
        string shape = _builder.Node("Concat", [_batch, _builder.Constant([-1L], 1), last], ("axis", 0));
        return _builder.Node("Reshape", [value, shape]);
    }

    /// <summary>Attention has one product for query, keys and values; MultiHeadAttention has them as inputs, perhaps without
    /// bias.</summary>
    private (string Logits, string Weights, string Keys) Unfused(OnnxNode node)
    {
        long heads = node.Int64("num_heads", 1);
        string query = node.Inputs[0];
        string keys = node.Inputs[node.Operator == "Attention" ? 0 : 1];
        if (node.Operator == "Attention")
        {
            string all = _builder.Node("MatMul", [query, node.Inputs[1]]);
            all = node.Input(2) is { } bias ? _builder.Node("Add", [all, bias]) : all;
            string shape = _builder.Constant([0L, 0L, 3L, -1L], 4);
            string parts = _builder.Node("Reshape", [all, shape]);
            query = _builder.Node("Gather", [parts, _builder.Constant([0L], [])], ("axis", 2));
            keys = _builder.Node("Gather", [parts, _builder.Constant([1L], [])], ("axis", 2));
        }
        else if (node.Input(3) is { } bias)
        {
            string parts = _builder.Node("Reshape", [bias, _builder.Constant([3L, -1L], 2)]);
            query = _builder.Node("Add", [query, _builder.Node("Gather", [parts, _builder.Constant([0L], [])], ("axis", 0))]);
            keys = _builder.Node("Add", [keys, _builder.Node("Gather", [parts, _builder.Constant([1L], [])], ("axis", 0))]);
        }

        string split = _builder.Constant([0L, 0L, heads, -1L], 4);
        query = _builder.Node("Transpose", [_builder.Node("Reshape", [query, split])], ("perm", (long[])[0, 2, 1, 3]));
        keys = _builder.Node("Reshape", [keys, split]);
        string turned = _builder.Node("Transpose", [keys], ("perm", (long[])[0, 2, 3, 1]));
        string products = _builder.Node("Cast", [_builder.Node("MatMul", [query, turned])], ("to", OnnxTensor.Float));
        string scale = node.Single("scale", 0) is > 0 and var given
            ? _builder.Scalar(given)
            : _builder.Node("Reciprocal", [_builder.Node("Sqrt", [
                _builder.Node("Cast", [_builder.Dimensions(keys, 3, 4)], ("to", OnnxTensor.Float))])]);
        string logits = _builder.Node("Mul", [products, scale]);
        return (logits, _builder.Node("Softmax", [logits], ("axis", -1)), keys);
    }
}
