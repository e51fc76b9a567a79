using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx.Graphs;

/// <summary>What goes into a graph and what comes out, checked against what is expected. A dimension of -1 is dynamic.</summary>
internal sealed class GraphSignature(GraphSession session)
{
    public (string Name, int[] Shape) OnlyInput() => Only(session.Inputs, "input");

    public (string Name, int[] Shape) OnlyOutput() => Only(session.Outputs, "output");

    public string OnlyOutputName() => session.Outputs.Count == 1
        ? session.Outputs.Keys.Single()
        : throw Throw.GraphNames(session.Name, "output", session.Outputs.Keys, "exactly one output");

    /// <summary>Shape of the input of that name.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public int[] Input(string name, TensorElementType type, int rank) => Shape(session.Inputs, "input", name, type, rank);

    /// <summary>Shape and type of an input of float32 or float16.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public (int[] Shape, TensorElementType Type) FloatInput(string name, int rank) => Floats(session.Inputs, "input", name, rank);

    /// <summary>Shape and type of an output of float32 or float16.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public (int[] Shape, TensorElementType Type) FloatOutput(string name, int rank) => Floats(session.Outputs, "output", name, rank);

    /// <summary>Shape of the output of that name.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public int[] Output(string name, TensorElementType type, int rank) => Shape(session.Outputs, "output", name, type, rank);

    private (int[] Shape, TensorElementType Type) Floats(
        IReadOnlyDictionary<string, NodeMetadata> values, string kind, string name, int rank)
    {
        bool isHalf = values.TryGetValue(name, out NodeMetadata? metadata)
            && metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR
            && metadata.ElementDataType == TensorElementType.Float16;
        TensorElementType type = isHalf ? TensorElementType.Float16 : TensorElementType.Float;
        return (Shape(values, kind, name, type, rank), type);
    }

    private (string Name, int[] Shape) Only(IReadOnlyDictionary<string, NodeMetadata> values, string kind)
    {
        if (values.Count != 1)
        {
            throw Throw.GraphNames(session.Name, kind, values.Keys, $"exactly one {kind}");
        }

        (string name, NodeMetadata metadata) = values.Single();
        return (name, Checked(name, metadata, TensorElementType.Float));
    }

    private int[] Shape(IReadOnlyDictionary<string, NodeMetadata> values, string kind, string name, TensorElementType type, int rank)
    {
        if (!values.TryGetValue(name, out NodeMetadata? metadata))
        {
            throw Throw.GraphNames(session.Name, kind, values.Keys, $"the {kind} '{name}'");
        }

        int[] shape = Checked(name, metadata, type);
        return shape.Length == rank ? shape : throw Throw.GraphShape(session.Name, name, shape, $"{rank} dimensions");
    }

    private int[] Checked(string name, NodeMetadata metadata, TensorElementType type) =>
        metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && metadata.ElementDataType == type
            ? metadata.Dimensions
            : throw Throw.GraphType(session.Name, name, metadata.IsTensor ? $"{metadata.ElementDataType}" : "no tensor", $"{type}");
}
