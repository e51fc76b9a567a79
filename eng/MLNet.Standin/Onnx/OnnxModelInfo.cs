using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>The inputs and outputs of a model.</summary>
internal sealed class OnnxModelInfo
{
    private readonly Dictionary<string, OnnxNode> _inputs;
    private readonly Dictionary<string, OnnxNode> _outputs;

    public OnnxModelInfo(InferenceSession session, IDictionary<string, int[]> shapes)
    {
        InputNames = session.InputNames;
        OutputNames = session.OutputNames;
        _inputs = session.InputMetadata.ToDictionary(m => m.Key, m => new OnnxNode(m.Key, m.Value, shapes));
        _outputs = session.OutputMetadata.ToDictionary(m => m.Key, m => new OnnxNode(m.Key, m.Value, shapes));
    }

    public IReadOnlyList<string> InputNames { get; }

    public IReadOnlyList<string> OutputNames { get; }

    public OnnxNode Input(string name) => Find(_inputs, name, "input");

    public OnnxNode Output(string name) => Find(_outputs, name, "output");

    private static OnnxNode Find(Dictionary<string, OnnxNode> nodes, string name, string kind)
    {
        bool isKnown = nodes.TryGetValue(name, out var node);
        Throw.IfOutOfRange(!isKnown, $"The model has no {kind} '{name}'; it has {string.Join(", ", nodes.Keys)}.", "name");
        return node;
    }
}
