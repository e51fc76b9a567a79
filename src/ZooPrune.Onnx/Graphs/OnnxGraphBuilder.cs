using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// Writes a small ONNX model: the graphs that ZooPrune runs beside a model's own (resizing, sensitivity).
/// Dimensions are given as in ONNX: a name is dynamic, a number is fixed.
/// </summary>
/// <param name="name">The graph's name.</param>
/// <param name="operatorSet">Version of ONNX's own operators.</param>
/// <param name="prefix">What every name begins with, where the graph becomes part of another.</param>
internal sealed class OnnxGraphBuilder(string name, int operatorSet = 20, string prefix = "")
{
    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    private const int IrVersion = 9;

    private readonly GraphProto _graph = new() { Name = name };
    private OnnxGraphBuilder? _outer;
    private int _names;

    public enum Element
    {
        Float = 1,
        UInt8 = 2,
        Int8 = 3,
        Int32 = 6,
        Int64 = 7,
        Bool = 9,
        Float16 = 10,
        Double = 11,
        BFloat16 = 16,
        UInt4 = 21,
        Int4 = 22,
    }

    /// <summary>Version of ONNX's own operators.</summary>
    public int OperatorSet => operatorSet;

    /// <summary>What was written so far.</summary>
    public GraphProto Graph => _graph;

    /// <summary>
    /// A graph inside an operation of this one, as the body of a Loop. It may use every value of this one; its constants are put there.
    /// </summary>
    public OnnxGraphBuilder Body() => new("body", operatorSet, $"{NewName("b")}.") { _outer = this };

    /// <summary>A name that nothing in the graph has.</summary>
    public string NewName(string kind) => $"{prefix}{kind}{_names++}";

    public string Input(string name, Element element, params ReadOnlySpan<string> dimensions)
    {
        _graph.Input.Add(Value(name, element, dimensions));
        return name;
    }

    public void Output(string name, Element element, params ReadOnlySpan<string> dimensions) =>
        _graph.Output.Add(Value(name, element, dimensions));

    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions) =>
        Constant(Element.Float, MemoryMarshal.AsBytes(values), dimensions);

    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> dimensions) =>
        Constant(Element.Int64, MemoryMarshal.AsBytes(values), dimensions);

    /// <summary>A constant of any type.</summary>
    public string Constant(Element element, ReadOnlySpan<byte> raw, params ReadOnlySpan<long> dimensions)
    {
        return Constant(Tensor(element, raw, dimensions));
    }

    /// <summary>A constant under a name of this graph.</summary>
    public string Constant(TensorProto tensor)
    {
        if (_outer is not null)
        {
            return _outer.Constant(tensor);
        }

        tensor.Name = NewName("c");
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A constant in float16.</summary>
    public string Halves(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions)
    {
        var halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
        }

        return Constant(Element.Float16, MemoryMarshal.AsBytes(halves.AsSpan()), dimensions);
    }

    public string HalfScalar(float value) => Halves([value]);

    public string Scalar(float value) => Constant([value]);

    /// <summary>A number without dimensions, as the bounds of Clip have to be.</summary>
    public string ScalarWithoutShape(float value) => Constant([value], []);

    /// <summary>An input that is left out.</summary>
    public string None { get; } = "";

    /// <summary>Adds an operation and returns the name of its only output.</summary>
    public string Node(string operatorName, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Node(operatorName, "", inputs, null, attributes);

    public string Node(
        string operatorName,
        string domain,
        ReadOnlySpan<string> inputs,
        string? output,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string result = output ?? NewName("v");
        _graph.Node.Add(Operation(operatorName, domain, inputs, [result], attributes));
        return result;
    }

    /// <summary>Adds an operation with several outputs and returns their names.</summary>
    public string[] NodeWithOutputs(
        string operatorName, ReadOnlySpan<string> inputs, int count, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string[] results = new string[count];
        for (int i = 0; i < count; i++)
        {
            results[i] = NewName("v");
        }

        _graph.Node.Add(Operation(operatorName, "", inputs, results, attributes));
        return results;
    }

    /// <summary>
    /// Adds an operation of another graph, with other inputs, and returns the name of its first output, the only one that it keeps.
    /// </summary>
    public string Copy(OnnxNode node, IReadOnlyList<string> inputs)
    {
        string result = NewName("v");
        _graph.Node.Add(Operation(node, inputs, [result]));
        return result;
    }

    public byte[] Build()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "ZooPrune", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = operatorSet });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = MicrosoftDomain, Version = 1 });
        return model.ToByteArray();
    }

    /// <summary>An operation of ONNX's own.</summary>
    public static NodeProto Operation(
        string operatorName, ReadOnlySpan<string> inputs, string output, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Operation(operatorName, "", inputs, [output], attributes);

    /// <summary>An operation of another graph with other inputs and outputs, and without its name.</summary>
    public static NodeProto Operation(OnnxNode node, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
    {
        NodeProto copy = node.Proto.Clone();
        copy.ClearName();
        copy.Input.Clear();
        copy.Input.Add(inputs);
        copy.Output.Clear();
        copy.Output.Add(outputs);
        return copy;
    }

    /// <summary>An input or output of a graph.</summary>
    public static ValueInfoProto Value(string name, Element element, params ReadOnlySpan<string> dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (string dimension in dimensions)
        {
            bool isFixed = long.TryParse(dimension, out long size);
            shape.Dim.Add(isFixed ? new DimensionProto { DimValue = size } : new DimensionProto { DimParam = dimension });
        }

        var tensor = new TensorTypeProto { ElemType = (int)element, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    /// <summary>A constant.</summary>
    public static TensorProto Tensor(Element element, ReadOnlySpan<byte> raw, ReadOnlySpan<long> dimensions, string? name = null)
    {
        var tensor = new TensorProto { DataType = (int)element, RawData = ByteString.CopyFrom(raw) };
        if (name is not null)
        {
            tensor.Name = name;
        }

        foreach (long dimension in dimensions)
        {
            tensor.Dims.Add(dimension);
        }

        return tensor;
    }

    private static NodeProto Operation(
        string operatorName,
        string domain,
        ReadOnlySpan<string> inputs,
        ReadOnlySpan<string> outputs,
        ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = operatorName };
        node.Input.Add(inputs.ToArray());
        node.Output.Add(outputs.ToArray());
        foreach ((string attribute, object value) in attributes)
        {
            node.Attribute.Add(Attribute(attribute, value));
        }

        if (domain.Length > 0)
        {
            node.Domain = domain;
        }

        return node;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        float single => new AttributeProto { Name = name, Type = AttributeType.Float, F = single },
        int number => new AttributeProto { Name = name, Type = AttributeType.Int, I = number },
        string text => new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        (Element element, byte[] raw, long[] shape) =>
            new AttributeProto { Name = name, Type = AttributeType.Tensor, T = Tensor(element, raw, shape) },
        GraphProto graph => new AttributeProto { Name = name, Type = AttributeType.Graph, G = graph },
        long[] numbers => new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { numbers } },
        _ => throw new ArgumentException($"Attribute '{name}' has the type {value.GetType()}.", nameof(value)),
    };
}
