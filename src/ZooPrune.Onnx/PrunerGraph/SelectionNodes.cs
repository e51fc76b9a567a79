using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>
/// Writes the greedy selection of ZOO-Prune and DivPrune for B rows of N tokens at once: all rows take a step together, each on its own
/// tokens. Ties: lowest index, as ArgMax and ArgMin of ONNX are defined. All sums in float32; a projected token shorter than 1e-19, whose
/// squares vanish, counts as zero.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="options">Selection, centring, sharpness.</param>
/// <param name="closed">
/// [B, N], minus infinity for tokens that cannot be chosen, which nothing looks at, and 0 for the others; null where all can be.
/// </param>
internal sealed class SelectionNodes(OnnxGraphBuilder graph, PruningOptions options, string? closed)
{
    private const OnnxGraphBuilder.Element Integer = OnnxGraphBuilder.Element.Int64;
    private const OnnxGraphBuilder.Element Number = OnnxGraphBuilder.Element.Float;

    // One constant an operand: a graph of 64 steps has no 64 ones.
    private readonly string _one = graph.Scalar(1);
    private string _lengths = "";

    /// <summary>After <see cref="Choose"/>: float32 [1], 0, or NaN where a projected token is NaN, infinite or longer than 1e19.</summary>
    public string Soundness() => graph.Reduce(
        "ReduceSum", graph.Node("Mul", [graph.Reshape(_lengths, -1), graph.Scalar(0)]), 0);

    /// <summary>The choice, int64 [B, steps], in its order. Steps beyond a row's candidates give anything.</summary>
    /// <param name="projected">Z [B, N, H].</param>
    /// <param name="sensitivity">S [B, N]; null where it is the same for every token, or not looked at.</param>
    /// <param name="inARow">How many steps to write one after the other; null for a Loop.</param>
    /// <param name="steps">How many steps a Loop takes, int64 [1].</param>
    public string Choose(string projected, string? sensitivity, int? inARow, string steps)
    {
        string open = closed ?? graph.Filled(graph.Dimensions(projected, 0, 2), 0);
        string cosines = Cosines(projected);
        string? weights = sensitivity is null ? null : Weights(sensitivity);
        string first = options.Selection == SelectionMethod.DivPrune ? Loneliest(cosines)
            : Best(graph, weights is null ? open : closed is null ? weights : graph.Node("Add", [weights, closed]));
        string taken = graph.Node("Expand", [graph.Constant([float.NegativeInfinity], 1, 1), graph.Node("Shape", [first])]);
        return inARow is { } count
            ? InARow(count, cosines, weights, first, open, taken)
            : Repeated(steps, cosines, weights, first, open, taken);
    }

    /// <summary>S_hat, [B, N].</summary>
    private string Weights(string sensitivity)
    {
        (string least, string most) = (sensitivity, sensitivity);
        if (closed is not null)
        {
            // Minus infinity is never the largest, and subtracted never the smallest.
            least = graph.Node("Sub", [sensitivity, closed]);
            most = graph.Node("Add", [sensitivity, closed]);
        }

        least = graph.Reduce("ReduceMin", least, 1);
        most = graph.Reduce("ReduceMax", most, 1);
        string range = graph.Node("Sub", [most, least]);
        string scaled = options.Sharpness is { } power
            ? graph.Node("Pow", [graph.Node("Div", [sensitivity, most]), graph.Scalar(power)])
            : graph.Node("Div", [graph.Node("Sub", [sensitivity, least]), graph.Node("Add", [range, graph.Scalar(1e-8f)])]);
        string ranged = graph.Node("Where", [graph.Node("Equal", [range, graph.Scalar(0)]), _one, scaled]);
        return closed is null ? ranged : graph.Node("Where", [IsZero(closed), ranged, graph.Scalar(0)]);
    }

    private string IsZero(string values) => graph.Node("Equal", [values, graph.Scalar(0)]);

    /// <summary>cos(Z_i - b mean, Z_j - b mean), [B, N, N]; 0 where one has no length.</summary>
    private string Cosines(string z)
    {
        if (options.Centering > 0)
        {
            string mean;
            if (closed is null)
            {
                mean = graph.Reduce("ReduceMean", z, 1);
            }
            else
            {
                string counts = graph.Node("Cast", [IsZero(closed)], ("to", (int)Number));
                string sum = graph.Reduce("ReduceSum", graph.Node("Mul", [z, graph.Reshape(counts, 0, -1, 1)]), 1);
                string count = graph.Node("Max", [graph.Reduce("ReduceSum", counts, 1), _one]);
                mean = graph.Node("Div", [sum, graph.Reshape(count, -1, 1, 1)]);
            }

            z = graph.Node("Sub", [z, graph.Node("Mul", [mean, graph.Scalar(options.Centering)])]);
        }

        string length = graph.Node("Sqrt", [graph.Reduce("ReduceSum", graph.Node("Mul", [z, z]), 2)]);
        _lengths = length;
        string divisor = graph.Node("Where", [IsZero(length), graph.Scalar(float.PositiveInfinity), length]);
        string unit = graph.Node("Div", [z, divisor]);
        return graph.Node("MatMul", [unit, graph.Node("Transpose", [unit], ("perm", (long[])[0, 2, 1]))]);
    }

    /// <summary>DivPrune's first token, [B, 1]: the one whose nearest neighbour is farthest.</summary>
    private string Loneliest(string cosines)
    {
        string numbers = graph.Numbers(graph.Dimensions(cosines, 2, 3));
        string isSelf = graph.Node("Equal", [numbers, graph.Reshape(numbers, -1, 1)]);
        string others = graph.Node("Where", [isSelf, graph.Scalar(float.NegativeInfinity), cosines]);
        if (closed is null)
        {
            return graph.Node("ArgMin", [graph.Reduce("ReduceMax", others, 2, isKept: false)], ("axis", 1), ("keepdims", 1));
        }

        others = graph.Node("Add", [others, graph.Reshape(closed, 0, 1, -1)]);

        // One candidate alone has no neighbour, at minus infinity, and must still go before those that are closed.
        string nearest = graph.Node("Max", [graph.Reduce("ReduceMax", others, 2, isKept: false), graph.Scalar(float.MinValue)]);
        return graph.Node("ArgMin", [graph.Node("Sub", [nearest, closed])], ("axis", 1), ("keepdims", 1));
    }

    private string InARow(int count, string cosines, string? weights, string pick, string open, string taken)
    {
        List<string> picks = [pick];
        string? closest = null;
        while (picks.Count < count)
        {
            (pick, closest, open) = Step(graph, cosines, weights, pick, closest, open, taken);
            picks.Add(pick);
        }

        return graph.Node("Concat", [.. picks], ("axis", 1));
    }

    /// <summary>As many turns as there are picks: each gives the pick that it got and finds the next, the last one in vain.</summary>
    private string Repeated(string steps, string cosines, string? weights, string first, string open, string taken)
    {
        OnnxGraphBuilder body = graph.Body();
        body.Input(body.NewName("turn"), Integer);
        string goes = body.Input(body.NewName("goes"), OnnxGraphBuilder.Element.Bool);
        string pick = body.Input(body.NewName("pick"), Integer, "rows", "1");
        string closest = body.Input(body.NewName("closest"), Number, "rows", "tokens");
        string stillOpen = body.Input(body.NewName("open"), Number, "rows", "tokens");
        (string nextPick, string nextClosest, string nextOpen) = Step(body, cosines, weights, pick, closest, stillOpen, taken);
        body.Output(body.Node("Identity", [goes]), OnnxGraphBuilder.Element.Bool);
        body.Output(nextPick, Integer, "rows", "1");
        body.Output(nextClosest, Number, "rows", "tokens");
        body.Output(nextOpen, Number, "rows", "tokens");
        body.Output(body.Node("Identity", [pick]), Integer, "rows", "1");

        string nothingClose = graph.Filled(graph.Node("Shape", [open]), float.NegativeInfinity);
        string[] results = graph.NodeWithOutputs("Loop", [steps, graph.None, first, nothingClose, open], 4, ("body", body.Graph));

        // [steps, B, 1] -> [B, steps]
        return graph.Reshape(graph.Node("Transpose", [results[3]], ("perm", (long[])[1, 0, 2])), 0, -1);
    }

    /// <summary>
    /// Closes the pick, and finds the open token of largest weight_i (1 - max over the taken p of cos(Z_i, Z_p)).
    /// </summary>
    private (string Pick, string Closest, string Open) Step(
        OnnxGraphBuilder step, string cosines, string? weights, string pick, string? closest, string open, string taken)
    {
        string row = step.Node("GatherND", [cosines, pick], ("batch_dims", 1));
        closest = closest is null ? row : step.Node("Max", [closest, row]);
        open = step.Node("ScatterElements", [open, pick, taken], ("axis", 1));
        string score = step.Node("Sub", [_one, closest]);
        score = weights is null ? score : step.Node("Mul", [weights, score]);
        return (Best(step, step.Node("Add", [score, open])), closest, open);
    }

    private static string Best(OnnxGraphBuilder graph, string score) => graph.Node("ArgMax", [score], ("axis", 1), ("keepdims", 1));
}
