using System.Runtime.InteropServices;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>What a pruner wrote into a graph, by name.</summary>
/// <param name="KeptTokens">Z of the kept tokens, float32 [B, K, H], or [K, H] of tiles.</param>
/// <param name="KeptIndices">Where they were, int64 [B, K], or [K] of tiles, counted over all of them; ascending.</param>
/// <param name="Order">The same in the order in which they were chosen; tile after tile.</param>
/// <param name="Sensitivity">S, float32 [B, N]; null where the method looks at none or all are alike.</param>
/// <param name="Selection">What chose.</param>
internal sealed record PrunerOutputs(
    string KeptTokens, string KeptIndices, string Order, string? Sensitivity, SelectionNodes Selection);

/// <summary>
/// The pruner as nodes of a graph: X -> projector -> sensitivity -> scaled -> cosines -> greedy steps -> kept tokens. What
/// <see cref="VisualTokenPruner"/> keeps is kept here, wherever no two scores are nearer to each other than rounding.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="projector">M, for this graph.</param>
/// <param name="options">ZOO-Prune or DivPrune, checked.</param>
internal sealed class PrunerNodes(OnnxGraphBuilder graph, ProjectorNodes projector, PruningOptions options)
{
    /// <summary>The operator set from which on every node is known.</summary>
    public const int LeastOperatorSet = 13;

    /// <summary>Up to so many steps are written in a row, more become a Loop.</summary>
    public const int MostInARow = 64;

    // Names of the inputs that tell a graph about tiles.
    public const string Candidates = "candidates";
    public const string Shares = "shares";
    public const string Spare = "spare";
    public const string Remainder = "remainder";
    public const string Keep = "keep";

    // No token has this place, and it is larger than any.
    private const long Nowhere = 1L << 62;

    private bool HasSensitivity => options.Selection == SelectionMethod.ZooPrune;

    /// <summary>What a graph can do.</summary>
    public static bool CanWrite(PruningOptions options) =>
        options.CustomSelection is null && options.Selection is SelectionMethod.ZooPrune or SelectionMethod.DivPrune;

    /// <summary>Every row of X [B, N, D] is an image with a budget of its own.</summary>
    /// <param name="tokens">Name of X, float32 or float16.</param>
    /// <param name="tokenCount">N; null where it differs from run to run: then K is worked out in the graph, at most N.</param>
    public PrunerOutputs Rows(string tokens, int? tokenCount)
    {
        (string projected, string? sensitivity) = Score(tokens, tokenCount);
        int? keep = tokenCount is { } known ? options.Keep.Resolve(known) : null;
        string count = keep is { } fixedKeep ? graph.Constant([(long)fixedKeep], 1) : Budget(graph.Dimensions(tokens, 1, 2));
        var selection = new SelectionNodes(graph, options, closed: null);
        string order = selection.Choose(projected, sensitivity, keep <= MostInARow ? keep : null, count);
        string kept = graph.Smallest(order, count, axis: 1);
        string picked = graph.Node("GatherND", [projected, graph.Reshape(kept, 0, -1, 1)], ("batch_dims", 1));
        return new PrunerOutputs(picked, kept, order, sensitivity, selection);
    }

    /// <summary>X [N, D] is one image of any number of tokens: the same without the first dimension.</summary>
    public PrunerOutputs Image(string tokens)
    {
        PrunerOutputs row = Rows(graph.Reshape(tokens, 1, -1, projector.InputWidth), null);
        return row with
        {
            KeptTokens = graph.Reshape(row.KeptTokens, -1, projector.OutputWidth),
            KeptIndices = graph.Reshape(row.KeptIndices, -1),
            Order = graph.Reshape(row.Order, -1),
            Sensitivity = row.Sensitivity is { } sensitivity ? graph.Reshape(sensitivity, -1) : null,
        };
    }

    /// <summary>
    /// The rows of X [T, N, D] are tiles of one image, which share one budget as <see cref="VisualTokenPruner"/> has it: the sizes of the
    /// shares come as inputs, and what the division leaves over goes to the tiles of largest summed sensitivity.
    /// </summary>
    /// <param name="tokens">Name of X, float32 or float16.</param>
    /// <param name="tokenCount">N.</param>
    public PrunerOutputs Tiles(string tokens, int tokenCount)
    {
        string candidates = graph.Input(Candidates, OnnxGraphBuilder.Element.Bool, "tiles", $"{tokenCount}");
        string keep = graph.Input(Keep, OnnxGraphBuilder.Element.Int64, "1");
        (string projected, string? sensitivity) = Score(tokens, tokenCount);
        string all = graph.Reshape(projected, -1, projector.OutputWidth);
        string closed = graph.Node("Where", [candidates, graph.Scalar(0), graph.Scalar(float.NegativeInfinity)]);
        if (options.Selection == SelectionMethod.DivPrune)
        {
            // All tiles compete together, as published.
            string joined = graph.Reshape(projected, 1, -1, projector.OutputWidth);
            var selection = new SelectionNodes(graph, options, graph.Reshape(closed, 1, -1));
            string choice = graph.Reshape(selection.Choose(joined, null, null, keep), -1);
            string kept = graph.Smallest(choice, keep, axis: 0);
            return new PrunerOutputs(graph.Node("Gather", [all, kept]), kept, choice, null, selection);
        }

        return Share(all, closed, projected, sensitivity, keep, tokenCount);
    }

    /// <summary>Every tile chooses as many as the largest share has; what is beyond its own share is dropped.</summary>
    private PrunerOutputs Share(string all, string closed, string projected, string? sensitivity, string keep, int tokenCount)
    {
        string shares = graph.Input(Shares, OnnxGraphBuilder.Element.Int64, "tiles");
        string spare = graph.Input(Spare, OnnxGraphBuilder.Element.Float, "tiles");
        string remainder = graph.Input(Remainder, OnnxGraphBuilder.Element.Int64, "1");

        // The remainder: one each to the tiles of largest mass, ties to the lowest, and none to those that are full.
        string tiles = graph.Node("Shape", [shares]);
        string masses = sensitivity is null
            ? graph.Filled(tiles, 0)
            : graph.Reduce("ReduceSum", graph.Node("Where", [Open(closed), sensitivity, graph.Scalar(0)]), 1, isKept: false);
        string ranking = graph.NodeWithOutputs("TopK", [graph.Node("Add", [masses, spare]), tiles], 2, ("axis", 0))[1];
        string gains = graph.Node(
            "Cast", [graph.Node("Less", [graph.Numbers(tiles), remainder])], ("to", (int)OnnxGraphBuilder.Element.Int64));
        string none = graph.Node("Sub", [shares, shares]);
        string size = graph.Node("Add", [shares, graph.Node("ScatterElements", [none, ranking, gains], ("axis", 0))]);
        string steps = graph.Reduce("ReduceMax", size, 0);

        var selection = new SelectionNodes(graph, options, closed);
        string order = selection.Choose(projected, sensitivity, null, steps);
        string isChosen = graph.Node("Less", [graph.Numbers(steps), graph.Reshape(size, -1, 1)]);
        string firsts = graph.Node("Mul", [graph.Numbers(tiles), graph.Constant([(long)tokenCount], 1)]);
        string places = graph.Node("Add", [order, graph.Reshape(firsts, -1, 1)]);
        string kept = graph.Smallest(Chosen(places), keep, axis: 0);

        // In the order of the choice, tile after tile: the same by where they stand in [tiles, steps].
        string turns = graph.Numbers(graph.Node("Mul", [tiles, steps]));
        string standing = graph.Smallest(Chosen(graph.Node("Reshape", [turns, graph.Node("Shape", [order])])), keep, axis: 0);
        string inOrder = graph.Node("Gather", [graph.Reshape(places, -1), standing]);
        return new PrunerOutputs(graph.Node("Gather", [all, kept]), kept, inOrder, sensitivity, selection);

        string Chosen(string values) =>
            graph.Reshape(graph.Node("Where", [isChosen, values, graph.Constant([Nowhere], 1)]), -1);
    }

    private string Open(string closed) => graph.Node("Equal", [closed, graph.Scalar(0)]);

    /// <summary>Z [B, N, H] and S [B, N].</summary>
    private (string Projected, string? Sensitivity) Score(string tokens, int? tokenCount)
    {
        string x = graph.Reshape(graph.Node("Cast", [tokens], ("to", (int)OnnxGraphBuilder.Element.Float)), -1, projector.InputWidth);
        (string projected, string? sensitivity) = HasSensitivity ? projector.Score(graph, x, options) : (projector.Project(graph, x), null);
        if (tokenCount is { } known)
        {
            return (
                graph.Reshape(projected, -1, known, projector.OutputWidth),
                sensitivity is null ? null : graph.Reshape(sensitivity, -1, known));
        }

        string rows = graph.Dimensions(tokens, 0, 2);
        string width = graph.Constant([(long)projector.OutputWidth], 1);
        return (
            graph.Node("Reshape", [projected, graph.Node("Concat", [rows, width], ("axis", 0))]),
            sensitivity is null ? null : graph.Node("Reshape", [sensitivity, rows]));
    }

    /// <summary>K of N, both int64 [1]: <see cref="KeepBudget.Resolve"/>.</summary>
    private string Budget(string tokenCount)
    {
        if (options.Keep.TokenCount is { } count)
        {
            return graph.Node("Min", [tokenCount, graph.Constant([(long)count], 1)]);
        }

        // In doubles, as there: 29 % of 100 are 28 in float32.
        string ratio = graph.Constant(OnnxGraphBuilder.Element.Double, MemoryMarshal.AsBytes([options.Keep.TokenRatio!.Value]), 1);
        string share = graph.Node("Mul", [graph.Node("Cast", [tokenCount], ("to", (int)OnnxGraphBuilder.Element.Double)), ratio]);
        string whole = graph.Node("Cast", [graph.Node("Floor", [share])], ("to", (int)OnnxGraphBuilder.Element.Int64));
        return graph.Node("Max", [whole, graph.Constant([1L], 1)]);
    }
}
