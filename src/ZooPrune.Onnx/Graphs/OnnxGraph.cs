namespace ZooPrune.Onnx;

/// <summary>A constant of a graph. Only what recognising a projector needs.</summary>
/// <param name="ElementType">ONNX's number of the element type; 1 is float32, 10 is float16.</param>
/// <param name="Dimensions">Shape; empty for a scalar.</param>
/// <param name="Values">The values, row-major, where the type is float32 or float16 and they are in this file; otherwise null.</param>
internal sealed record OnnxTensor(int ElementType, long[] Dimensions, float[]? Values)
{
    public const int Float = 1;
    public const int Float16 = 10;
}

/// <summary>An attribute of a node; the members that are not of its type have their defaults.</summary>
internal sealed record OnnxAttribute(float Single, long Int64, string Text, IReadOnlyList<long> Int64s, OnnxTensor? Tensor);

/// <summary>One operation of a graph.</summary>
internal sealed record OnnxNode(
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes);

/// <summary>The main graph of an ONNX file.</summary>
/// <param name="Nodes">In the order of the file, which ONNX demands to be topological.</param>
/// <param name="Constants">Initialisers by name.</param>
/// <param name="Inputs">Names of the inputs that have no initialiser.</param>
/// <param name="Outputs">Names of the outputs.</param>
internal sealed record OnnxGraph(
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Constants,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs);
