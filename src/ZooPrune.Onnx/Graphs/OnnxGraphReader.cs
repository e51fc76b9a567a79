using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Reads the parts of an ONNX file that recognising a projector needs. Field numbers are those of onnx.proto3. Subgraphs are
/// passed over, so nesting cannot exhaust the stack.
/// </summary>
internal static class OnnxGraphReader
{
    private const int ExternalLocation = 1;

    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static OnnxGraph Read(ReadOnlyMemory<byte> file)
    {
        OnnxGraph? graph = null;
        var model = new ProtobufReader(file);
        while (model.TryReadField(out int field, out WireType type))
        {
            if (field == 7 && type == WireType.Bytes)
            {
                graph = ReadGraph(model.ReadMessage());
            }
            else
            {
                model.Skip(type);
            }
        }

        return graph ?? throw new InvalidDataException("there is no graph in the file");
    }

    private static OnnxGraph ReadGraph(ProtobufReader message)
    {
        var nodes = new List<OnnxNode>();
        var constants = new Dictionary<string, OnnxTensor>();
        var inputs = new List<string>();
        var outputs = new List<string>();
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    nodes.Add(ReadNode(message.ReadMessage()));
                    break;
                case (5, WireType.Bytes):
                    (string name, OnnxTensor tensor) = ReadTensor(message.ReadMessage());
                    constants[name] = tensor;
                    break;
                case (11, WireType.Bytes):
                    inputs.Add(ReadName(message.ReadMessage()));
                    break;
                case (12, WireType.Bytes):
                    outputs.Add(ReadName(message.ReadMessage()));
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        inputs.RemoveAll(constants.ContainsKey);
        return new OnnxGraph(nodes, constants, inputs, outputs);
    }

    private static OnnxNode ReadNode(ProtobufReader message)
    {
        var inputs = new List<string>();
        var outputs = new List<string>();
        string operatorName = "";
        string domain = "";
        var attributes = new Dictionary<string, OnnxAttribute>();
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    inputs.Add(message.ReadString());
                    break;
                case (2, WireType.Bytes):
                    outputs.Add(message.ReadString());
                    break;
                case (4, WireType.Bytes):
                    operatorName = message.ReadString();
                    break;
                case (5, WireType.Bytes):
                    (string name, OnnxAttribute attribute) = ReadAttribute(message.ReadMessage());
                    attributes[name] = attribute;
                    break;
                case (7, WireType.Bytes):
                    domain = message.ReadString();
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return new OnnxNode(operatorName, domain is "ai.onnx" ? "" : domain, inputs, outputs, attributes);
    }

    private static (string Name, OnnxAttribute Value) ReadAttribute(ProtobufReader message)
    {
        string name = "";
        float single = 0;
        long int64 = 0;
        string text = "";
        var int64s = new List<long>();
        OnnxTensor? tensor = null;
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    name = message.ReadString();
                    break;
                case (2, WireType.Fixed32):
                    single = message.ReadSingle();
                    break;
                case (3, WireType.Varint):
                    int64 = (long)message.ReadVarint();
                    break;
                case (4, WireType.Bytes):
                    text = message.ReadString();
                    break;
                case (5, WireType.Bytes):
                    tensor = ReadTensor(message.ReadMessage()).Tensor;
                    break;
                case (8, WireType.Bytes or WireType.Varint):
                    message.ReadInt64s(type, int64s);
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return (name, new OnnxAttribute(single, int64, text, int64s, tensor));
    }

    private static (string Name, OnnxTensor Tensor) ReadTensor(ProtobufReader message)
    {
        string name = "";
        int elementType = 0;
        var dimensions = new List<long>();
        var listed = new List<float>();
        var listedInt32s = new List<long>();
        ReadOnlyMemory<byte>? raw = null;
        bool external = false;
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes or WireType.Varint):
                    message.ReadInt64s(type, dimensions);
                    break;
                case (2, WireType.Varint):
                    elementType = (int)message.ReadVarint();
                    break;
                case (4, WireType.Bytes):
                    listed.AddRange(MemoryMarshal.Cast<byte, float>(message.ReadBytes().Span));
                    break;
                case (4, WireType.Fixed32):
                    listed.Add(message.ReadSingle());
                    break;
                case (5, WireType.Bytes or WireType.Varint):
                    message.ReadInt64s(type, listedInt32s);
                    break;
                case (8, WireType.Bytes):
                    name = message.ReadString();
                    break;
                case (9, WireType.Bytes):
                    raw = message.ReadBytes();
                    break;
                case (14, WireType.Varint):
                    external = message.ReadVarint() == ExternalLocation;
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        float[]? values = external ? null : elementType switch
        {
            OnnxTensor.Float => raw is { } bytes ? ToSingles(name, bytes.Span) : [.. listed],
            OnnxTensor.Float16 => raw is { } bytes
                ? HalvesToSingles(name, bytes.Span)
                : [.. listedInt32s.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            _ => null,
        };
        if (values is not null)
        {
            CheckLength(name, dimensions, values.Length);
        }

        return (name, new OnnxTensor(elementType, [.. dimensions], values));
    }

    private static float[] ToSingles(string name, ReadOnlySpan<byte> bytes) =>
        bytes.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new InvalidDataException($"constant '{name}' has {bytes.Length:N0} bytes, not a multiple of four");

    private static float[] HalvesToSingles(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(ushort) != 0)
        {
            throw new InvalidDataException($"constant '{name}' has {bytes.Length:N0} bytes, not a multiple of two");
        }

        ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
        float[] values = new float[halves.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }

        return values;
    }

    private static void CheckLength(string name, List<long> dimensions, int length)
    {
        // A dimension may be anything up to 2^63 in a hostile file; Int128 cannot overflow before the comparison stops it.
        Int128 count = 1;
        foreach (long dimension in dimensions)
        {
            count *= dimension;
            if (dimension < 0 || count > int.MaxValue)
            {
                throw new InvalidDataException($"constant '{name}' has the shape [{string.Join(", ", dimensions)}]");
            }
        }

        if (count != length)
        {
            throw new InvalidDataException(
                $"constant '{name}' has {length:N0} values for the shape [{string.Join(", ", dimensions)}]");
        }
    }

    private static string ReadName(ProtobufReader message)
    {
        string name = "";
        while (message.TryReadField(out int field, out WireType type))
        {
            if (field == 1 && type == WireType.Bytes)
            {
                name = message.ReadString();
            }
            else
            {
                message.Skip(type);
            }
        }

        return name;
    }
}
