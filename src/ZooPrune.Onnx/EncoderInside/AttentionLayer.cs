using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.EncoderInside;

/// <summary>One attention layer of a vision encoder's graph, however its export spells it.</summary>
internal abstract record AttentionLayer
{
    private const int MostSteps = 32;

    /// <summary>MatMul, Softmax, MatMul.</summary>
    /// <param name="Logits">What goes into the Softmax, [batch, heads, T, T], or [batch x heads, T, T], or [heads, T, T].</param>
    /// <param name="Weights">What comes out, of the same shape.</param>
    /// <param name="Keys">The second factor of the first product: [.., d, T], or [.., T, d] where that product turns it.</param>
    /// <param name="KeysAreRows">Whether the latter.</param>
    public sealed record Spelled(string Logits, string Weights, string Keys, bool KeysAreRows) : AttentionLayer;

    /// <summary>A fused node, whose query and keys come as [batch, T, heads x d].</summary>
    /// <param name="Node">The node.</param>
    public sealed record Fused(OnnxNode Node) : AttentionLayer;

    /// <summary>The layers between the graph's input and a value, the first one first.</summary>
    /// <param name="constants">The graph.</param>
    /// <param name="output">Name of X.</param>
    public static IReadOnlyList<AttentionLayer> Find(ConstantFolder constants, string output)
    {
        var seen = new HashSet<string>();
        var found = new List<(int Place, AttentionLayer Layer)>();
        var pending = new Stack<string>([output]);
        while (pending.TryPop(out string? name))
        {
            if (!seen.Add(name) || constants.Producer(name) is not { } node)
            {
                continue;
            }

            if (Read(constants, node) is { } layer)
            {
                found.Add((constants.Order.Place(name), layer));
            }

            foreach (string input in GraphOrder.Reads(node))
            {
                pending.Push(input);
            }
        }

        return [.. found.OrderBy(layer => layer.Place).Select(layer => layer.Layer)];
    }

    private static AttentionLayer? Read(ConstantFolder constants, OnnxNode node) => (node.Domain, node.Operator) switch
    {
        ("", "Softmax") when Product(constants, node.Inputs[0]) is { } product => new Spelled(
            node.Inputs[0], node.Outputs[0], product.Inputs[1], product.Operator != "MatMul" && product.Int64("transB", 0) == 1),

        // A fifth input of Attention, or a mask, changes the weights in a way that is not repeated here.
        (OnnxGraphBuilder.MicrosoftDomain, "Attention") when node.Int64("num_heads", 0) > 0 && Has(node, only: [0, 1, 2])
            && !node.Attributes.ContainsKey("qkv_hidden_sizes") && node.Int64("unidirectional", 0) == 0 && node.Int64("do_rotary", 0) == 0
            => new Fused(node),
        (OnnxGraphBuilder.MicrosoftDomain, "MultiHeadAttention") when node.Int64("num_heads", 0) > 0 && Has(node, only: [0, 1, 2, 3])
            && node.Input(1) is not null && node.Input(2) is not null && node.Int64("unidirectional", 0) == 0 => new Fused(node),
        _ => null,
    };

    private static bool Has(OnnxNode node, int[] only) =>
        Enumerable.Range(0, node.Inputs.Count).All(index => node.Input(index) is null || only.Contains(index));

    /// <summary>The product of query and keys, behind scaling and masks.</summary>
    private static OnnxNode? Product(ConstantFolder constants, string logits)
    {
        var pending = new Queue<string>([logits]);
        for (int step = 0; step < MostSteps && pending.TryDequeue(out string? name); step++)
        {
            switch (constants.Producer(constants.SkipCasts(name)))
            {
                case { Operator: "MatMul", Domain: "", Inputs: [var left, var right] } product
                    when !constants.IsConstant(left) && !constants.IsConstant(right):
                    return product;
                case { Operator: "FusedMatMul", Domain: OnnxGraphBuilder.MicrosoftDomain, Inputs: [var left, var right] } product
                    when !constants.IsConstant(left) && !constants.IsConstant(right) && product.Int64("transA", 0) == 0
                        && product.Int64("transBatchB", 0) == 0:
                    return product;
                case { Operator: "Mul" or "Div" or "Add" or "Sub" or "Where" or "Reshape", Domain: "" } step1:
                    foreach (string input in step1.Inputs)
                    {
                        pending.Enqueue(input);
                    }

                    break;
            }
        }

        return null;
    }
}
