namespace ZooPrune.Onnx;

/// <summary>Which parts of a graph are kept, and what is added to them.</summary>
internal sealed class GraphSelection
{
    /// <summary>Names of values that are kept or new.</summary>
    public HashSet<string> Values { get; } = [];

    /// <summary>Places of the nodes that are kept.</summary>
    public HashSet<int> Nodes { get; } = [];

    /// <summary>Those of them that have other inputs now.</summary>
    public Dictionary<int, OnnxNode> Rewritten { get; } = [];

    public List<ProtobufWriter> NewNodes { get; } = [];

    public List<ProtobufWriter> NewConstants { get; } = [];

    /// <summary>The only output.</summary>
    public ProtobufWriter Output { get; set; } = new();
}
