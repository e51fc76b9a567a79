namespace ZooPrune.Onnx;

/// <summary>An attribute of a node; the members that are not of its type have their defaults.</summary>
internal sealed record OnnxAttribute(
    float Single, long Int64, string Text, IReadOnlyList<float> Singles, IReadOnlyList<long> Int64s, OnnxTensor? Tensor);

/// <summary>One operation of a graph.</summary>
/// <param name="Operator">Its name.</param>
/// <param name="Domain">Whose operator it is; empty for ONNX's own.</param>
/// <param name="Inputs">Names of the inputs; an empty one is left out.</param>
/// <param name="Outputs">Names of the outputs.</param>
/// <param name="Attributes">By name.</param>
/// <param name="Captured">Names that its subgraphs mention, which may be values of the graph around them.</param>
/// <param name="Proto">The node as the file has it.</param>
internal sealed record OnnxNode(
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes,
    IReadOnlyList<string> Captured,
    NodeProto Proto)
{
    /// <summary>An integer attribute, or what ONNX takes where it is left out.</summary>
    public long Int64(string attribute, long otherwise) =>
        Attributes.TryGetValue(attribute, out OnnxAttribute? value) ? value.Int64 : otherwise;

    /// <summary>A number, or what ONNX takes where it is left out.</summary>
    public float Single(string attribute, float otherwise) =>
        Attributes.TryGetValue(attribute, out OnnxAttribute? value) ? value.Single : otherwise;

    /// <summary>The name of an input; null where it is left out.</summary>
    public string? Input(int index) => index < Inputs.Count && Inputs[index].Length > 0 ? Inputs[index] : null;
}

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX's number of the element type.</param>
/// <param name="Dimensions">Each a number or a name, empty where the file says nothing; null where there is no shape.</param>
internal sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<string>? Dimensions)
{
    /// <summary>The last dimension where it is a number.</summary>
    public int? Width => Dimensions is [.., var last] && int.TryParse(last, out int width) && width > 0 ? width : null;
}

/// <summary>The main graph of an ONNX file.</summary>
/// <param name="Model">The whole file.</param>
/// <param name="Nodes">In the order of the file, which is not always the order in which they can run.</param>
/// <param name="Constants">Initialisers by name.</param>
/// <param name="Inputs">Inputs that have no initialiser.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="OperatorSet">Version of ONNX's own operators.</param>
internal sealed record OnnxGraph(
    ModelProto Model,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Constants,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    int OperatorSet);
