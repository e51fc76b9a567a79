using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.PrunerGraph;

/// <summary>Writes a pruner as a graph of its own, with what a caller may want to know besides.</summary>
/// <param name="projector">M.</param>
/// <param name="options">Checked; of a kind that <see cref="PrunerNodes.CanWrite"/>.</param>
/// <param name="type">The type of X: float32 or float16. Kept tokens have it, too; all else is float32.</param>
internal sealed class PrunerGraphWriter(
    IProjector projector, PruningOptions options, OnnxGraphBuilder.Element type = OnnxGraphBuilder.Element.Float)
{
    public const string Tokens = "visual_tokens";
    public const string KeptTokens = "kept_tokens";
    public const string KeptIndices = "kept_indices";
    public const string Order = "selection_order";
    public const string Sensitivity = "sensitivity";

    /// <summary>0, or NaN where a projected token cannot be compared.</summary>
    public const string Soundness = "soundness";

    private const int OperatorSet = 20;

    /// <summary>X [B, N, D], an image a row, to kept tokens [B, K, H], their indices and order [B, K], and S [B, N].</summary>
    /// <param name="tokenCount">N.</param>
    /// <param name="imageCount">
    /// B; null for any. Where it is given, and up to <see cref="PrunerNodes.MostInARow"/> tokens are kept, all shapes are known beforehand
    /// and nothing loops, as the capture of CUDA graphs wants it.
    /// </param>
    public byte[] Rows(int tokenCount, int? imageCount = null)
    {
        (OnnxGraphBuilder graph, ProjectorNodes nodes) = Begin();
        string images = $"{(object?)imageCount ?? "images"}";
        string x = graph.Input(Tokens, type, images, $"{tokenCount}", $"{nodes.InputWidth}");
        PrunerOutputs outputs = new PrunerNodes(graph, nodes, options).Rows(x, tokenCount);
        return Finish(graph, nodes, outputs, [images, $"{options.Keep.Resolve(tokenCount)}"], [images, $"{tokenCount}"]);
    }

    /// <summary>X [N, D], one image of any number of tokens, to kept tokens [K, H], their indices and order [K], and S [N].</summary>
    public byte[] Image()
    {
        (OnnxGraphBuilder graph, ProjectorNodes nodes) = Begin();
        string x = graph.Input(Tokens, type, "tokens", $"{nodes.InputWidth}");
        PrunerOutputs outputs = new PrunerNodes(graph, nodes, options).Image(x);
        return Finish(graph, nodes, outputs, ["kept"], ["tokens"]);
    }

    /// <summary>
    /// X [T, N, D], the tiles of one image, to kept tokens [K, H], their indices and order [K], and S [T, N]; the other inputs are those
    /// of <see cref="PrunerNodes"/>.
    /// </summary>
    /// <param name="tokenCount">N.</param>
    public byte[] Tiles(int tokenCount)
    {
        (OnnxGraphBuilder graph, ProjectorNodes nodes) = Begin();
        string x = graph.Input(Tokens, type, "tiles", $"{tokenCount}", $"{nodes.InputWidth}");
        PrunerOutputs outputs = new PrunerNodes(graph, nodes, options).Tiles(x, tokenCount);
        return Finish(graph, nodes, outputs, ["kept"], ["tiles", $"{tokenCount}"]);
    }

    /// <summary>X [N, D] or [T, N, D] and flat indices [K] to these tokens, projected: [K, H]. Nothing is chosen.</summary>
    /// <param name="rank">2 or 3.</param>
    public byte[] Projection(int rank)
    {
        (OnnxGraphBuilder graph, ProjectorNodes nodes) = Begin();
        string[] leading = ["tiles", "tokens"];
        string x = graph.Input(Tokens, type, [.. leading[(3 - rank)..], $"{nodes.InputWidth}"]);
        string wanted = graph.Input(KeptIndices, OnnxGraphBuilder.Element.Int64, "kept");
        string rows = graph.Node("Gather", [graph.Reshape(x, -1, nodes.InputWidth), wanted]);
        string projected = nodes.Project(graph, graph.Node("Cast", [rows], ("to", (int)OnnxGraphBuilder.Element.Float)));
        graph.Node("Cast", "", [projected], KeptTokens, ("to", (int)type));
        graph.Output(KeptTokens, type, "kept", $"{nodes.OutputWidth}");
        return graph.Build();
    }

    private (OnnxGraphBuilder Graph, ProjectorNodes Projector) Begin()
    {
        var nodes = ProjectorNodes.Of(projector);
        return (new OnnxGraphBuilder("pruner", nodes.OperatorSet ?? OperatorSet), nodes);
    }

    private byte[] Finish(OnnxGraphBuilder graph, ProjectorNodes nodes, PrunerOutputs outputs, string[] kept, string[] all)
    {
        graph.Node("Cast", "", [outputs.KeptTokens], KeptTokens, ("to", (int)type));
        graph.Output(KeptTokens, type, [.. kept, $"{nodes.OutputWidth}"]);
        Give(outputs.KeptIndices, KeptIndices, OnnxGraphBuilder.Element.Int64, kept);
        Give(outputs.Order, Order, OnnxGraphBuilder.Element.Int64, kept);
        Give(outputs.Selection.Soundness(), Soundness, OnnxGraphBuilder.Element.Float, "1");
        if (outputs.Sensitivity is { } sensitivity)
        {
            Give(sensitivity, Sensitivity, OnnxGraphBuilder.Element.Float, all);
        }

        return graph.Build();

        void Give(string value, string name, OnnxGraphBuilder.Element element, params ReadOnlySpan<string> dimensions)
        {
            graph.Node("Identity", "", [value], name);
            graph.Output(name, element, dimensions);
        }
    }
}
