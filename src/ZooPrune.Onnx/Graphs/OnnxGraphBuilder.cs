using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Writes a small ONNX model: the graphs that ZooPrune runs beside a model's own (image decoding, resizing, sensitivity).
/// Dimensions are given as in ONNX: a name is dynamic, a number is fixed.
/// </summary>
/// <param name="name">The graph's name.</param>
/// <param name="operatorSet">Version of ONNX's own operators.</param>
internal sealed class OnnxGraphBuilder(string name, int operatorSet = 20)
{
    /// <summary>Domain of ONNX Runtime Extensions' operators.</summary>
    public const string ExtensionsDomain = "com.microsoft.extensions";

    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    private const int IrVersion = 9;

    private readonly ProtobufWriter _graph = new ProtobufWriter().WriteString(2, name);
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

    public string Input(string name, Element element, params ReadOnlySpan<string> dimensions)
    {
        _graph.WriteMessage(11, EncodeValue(name, element, dimensions));
        return name;
    }

    public void Output(string name, Element element, params ReadOnlySpan<string> dimensions) =>
        _graph.WriteMessage(12, EncodeValue(name, element, dimensions));

    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions) =>
        Constant(Element.Float, MemoryMarshal.AsBytes(values), dimensions);

    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> dimensions) =>
        Constant(Element.Int64, MemoryMarshal.AsBytes(values), dimensions);

    /// <summary>A constant of any type.</summary>
    public string Constant(Element element, ReadOnlySpan<byte> raw, params ReadOnlySpan<long> dimensions)
    {
        string name = $"c{_names++}";
        _graph.WriteMessage(5, Tensor(element, raw, dimensions).WriteString(8, name));
        return name;
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
        string result = output ?? $"v{_names++}";
        _graph.WriteMessage(1, Encode(operatorName, domain, inputs, [result], attributes));
        return result;
    }

    /// <summary>Adds an operation with several outputs and returns their names.</summary>
    public string[] NodeWithOutputs(string operatorName, ReadOnlySpan<string> inputs, int count, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string[] results = new string[count];
        for (int i = 0; i < count; i++)
        {
            results[i] = $"v{_names++}";
        }

        _graph.WriteMessage(1, Encode(operatorName, "", inputs, results, attributes));
        return results;
    }

    /// <summary>An operation of ONNX's own as it stands in a graph.</summary>
    public static ProtobufWriter Encode(
        string operatorName, ReadOnlySpan<string> inputs, string output, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Encode(operatorName, "", inputs, [output], attributes);

    /// <summary>An operation of another graph as it stands in a graph, with other inputs and outputs.</summary>
    public static ProtobufWriter Encode(OnnxNode node, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs)
    {
        var writer = new ProtobufWriter();
        foreach (string input in inputs)
        {
            writer.WriteString(1, input);
        }

        foreach (string output in outputs)
        {
            writer.WriteString(2, output);
        }

        // Everything but inputs, outputs and name, which are the fields 1 to 3.
        var message = new ProtobufReader(node.Message);
        for (int start = 0; message.TryReadField(out int field, out WireType type); start = message.Position)
        {
            message.Skip(type);
            if (field > 3)
            {
                writer.WriteFields(message.Since(start).Span);
            }
        }

        return writer;
    }

    private static ProtobufWriter Encode(
        string operatorName, string domain, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new ProtobufWriter();
        foreach (string input in inputs)
        {
            node.WriteString(1, input);
        }

        foreach (string output in outputs)
        {
            node.WriteString(2, output);
        }

        node.WriteString(4, operatorName);
        foreach ((string attribute, object value) in attributes)
        {
            node.WriteMessage(5, Attribute(attribute, value));
        }

        if (domain.Length > 0)
        {
            node.WriteString(7, domain);
        }

        return node;
    }

    /// <summary>Adds an operation of another graph, with other inputs, and returns the name of its first output, the only one that it keeps.</summary>
    public string Copy(OnnxNode node, IReadOnlyList<string> inputs)
    {
        string result = $"v{_names++}";
        _graph.WriteMessage(1, Encode(node, inputs, [result]));
        return result;
    }

    public byte[] Build() =>
        new ProtobufWriter()
            .WriteInt64(1, IrVersion)
            .WriteString(2, "ZooPrune")
            .WriteMessage(7, _graph)
            .WriteMessage(8, new ProtobufWriter().WriteString(1, "").WriteInt64(2, operatorSet))
            .WriteMessage(8, new ProtobufWriter().WriteString(1, ExtensionsDomain).WriteInt64(2, 1))
            .WriteMessage(8, new ProtobufWriter().WriteString(1, MicrosoftDomain).WriteInt64(2, 1))
            .ToArray();

    /// <summary>An input or output as it stands in a graph.</summary>
    public static ProtobufWriter EncodeValue(string name, Element element, params ReadOnlySpan<string> dimensions)
    {
        var shape = new ProtobufWriter();
        foreach (string dimension in dimensions)
        {
            var written = new ProtobufWriter();
            shape.WriteMessage(1, long.TryParse(dimension, out long size) ? written.WriteInt64(1, size) : written.WriteString(2, dimension));
        }

        ProtobufWriter tensor = new ProtobufWriter().WriteInt64(1, (long)element).WriteMessage(2, shape);
        return new ProtobufWriter().WriteString(1, name).WriteMessage(2, new ProtobufWriter().WriteMessage(1, tensor));
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        ProtobufWriter attribute = new ProtobufWriter().WriteString(1, name);
        return value switch
        {
            float single => attribute.WriteSingle(2, single).WriteInt64(20, 1),
            int number => attribute.WriteInt64(3, number).WriteInt64(20, 2),
            string text => attribute.WriteString(4, text).WriteInt64(20, 3),
            (Element element, byte[] raw, long[] shape) => attribute.WriteMessage(5, Tensor(element, raw, shape)).WriteInt64(20, 4),
            long[] numbers => numbers.Aggregate(attribute, (writer, number) => writer.WriteInt64(8, number)).WriteInt64(20, 7),
            _ => throw new ArgumentException($"Attribute '{name}' has the type {value.GetType()}.", nameof(value)),
        };
    }

    private static ProtobufWriter Tensor(Element element, ReadOnlySpan<byte> raw, ReadOnlySpan<long> dimensions)
    {
        var tensor = new ProtobufWriter();
        foreach (long dimension in dimensions)
        {
            tensor.WriteInt64(1, dimension);
        }

        return tensor.WriteInt64(2, (long)element).WriteBytes(9, raw);
    }
}
