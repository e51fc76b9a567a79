using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

/// <summary>
/// Reads the parts of an ONNX file that finding a projector needs, without copying constants. Field numbers are those of onnx.proto3.
/// Of subgraphs only the names are read that they take from outside.
/// </summary>
internal static class OnnxGraphReader
{
    private const int DeepestSubgraph = 16;

    /// <param name="file">The file; it must stay where it is as long as the graph is in use.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static OnnxGraph Read(ReadOnlyMemory<byte> file)
    {
        ReadOnlyMemory<byte>? graph = null;
        int operatorSet = 0;
        var model = new ProtobufReader(file);
        while (model.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (7, WireType.Bytes):
                    graph = graph is null ? model.ReadBytes() : throw new InvalidDataException("there are two graphs in the file");
                    break;
                case (8, WireType.Bytes):
                    operatorSet = Math.Max(operatorSet, ReadOperatorSet(model.ReadMessage()));
                    break;
                default:
                    model.Skip(type);
                    break;
            }
        }

        return graph is { } found
            ? ReadGraph(new ProtobufReader(found), operatorSet)
            : throw new InvalidDataException("there is no graph in the file");
    }

    private static OnnxGraph ReadGraph(ProtobufReader message, int operatorSet)
    {
        var nodes = new List<OnnxNode>();
        var constants = new Dictionary<string, OnnxTensor>();
        var inputs = new List<OnnxValue>();
        var outputs = new List<OnnxValue>();
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    nodes.Add(ReadNode(message.ReadBytes()));
                    break;
                case (5, WireType.Bytes):
                    OnnxTensor tensor = OnnxTensorReader.Read(message.ReadMessage());
                    constants[tensor.Name] = tensor;
                    break;
                case (11, WireType.Bytes):
                    inputs.Add(OnnxValueReader.Read(message.ReadMessage()));
                    break;
                case (12, WireType.Bytes):
                    outputs.Add(OnnxValueReader.Read(message.ReadMessage()));
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        inputs.RemoveAll(input => constants.ContainsKey(input.Name));
        return new OnnxGraph(nodes, constants, inputs, outputs, operatorSet);
    }

    private static OnnxNode ReadNode(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtobufReader(bytes);
        var inputs = new List<string>();
        var outputs = new List<string>();
        string operatorName = "";
        string domain = "";
        var attributes = new Dictionary<string, OnnxAttribute>();
        var captured = new List<string>();
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
                    (string name, OnnxAttribute attribute) = ReadAttribute(message.ReadMessage(), captured, 0);
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

        return new OnnxNode(operatorName, domain is "ai.onnx" ? "" : domain, inputs, outputs, attributes, captured, bytes);
    }

    private static (string Name, OnnxAttribute Value) ReadAttribute(ProtobufReader message, List<string> captured, int depth)
    {
        string name = "";
        float single = 0;
        long int64 = 0;
        string text = "";
        var singles = new List<float>();
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
                    tensor = OnnxTensorReader.Read(message.ReadMessage());
                    break;
                case (6 or 11, WireType.Bytes):
                    ReadCaptured(message.ReadMessage(), captured, depth + 1);
                    break;
                case (7, WireType.Bytes):
                    ReadOnlyMemory<byte> packed = message.ReadBytes();
                    singles.AddRange(packed.Length % sizeof(float) == 0
                        ? MemoryMarshal.Cast<byte, float>(packed.Span)
                        : throw new InvalidDataException($"attribute '{name}' has {packed.Length:N0} bytes of float32"));
                    break;
                case (7, WireType.Fixed32):
                    singles.Add(message.ReadSingle());
                    break;
                case (8, WireType.Bytes or WireType.Varint):
                    message.ReadInt64s(type, int64s);
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return (name, new OnnxAttribute(single, int64, text, singles, int64s, tensor));
    }

    /// <summary>Every name that a subgraph uses and does not define itself.</summary>
    private static void ReadCaptured(ProtobufReader graph, List<string> captured, int depth)
    {
        if (depth > DeepestSubgraph)
        {
            throw new InvalidDataException($"its subgraphs are nested more than {DeepestSubgraph} deep");
        }

        var used = new List<string>();
        var own = new HashSet<string>();
        while (graph.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    ReadCapturedByNode(graph.ReadMessage(), used, own, depth);
                    break;
                case (5, WireType.Bytes):
                    own.Add(OnnxTensorReader.NameOf(graph.ReadBytes()));
                    break;
                case (11, WireType.Bytes):
                    own.Add(OnnxValueReader.Read(graph.ReadMessage()).Name);
                    break;
                case (12, WireType.Bytes):
                    used.Add(OnnxValueReader.Read(graph.ReadMessage()).Name);
                    break;
                default:
                    graph.Skip(type);
                    break;
            }
        }

        captured.AddRange(used.Where(name => !own.Contains(name)));
    }

    private static void ReadCapturedByNode(ProtobufReader node, List<string> used, HashSet<string> own, int depth)
    {
        while (node.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    used.Add(node.ReadString());
                    break;
                case (2, WireType.Bytes):
                    own.Add(node.ReadString());
                    break;
                case (5, WireType.Bytes):
                    ReadAttribute(node.ReadMessage(), used, depth);
                    break;
                default:
                    node.Skip(type);
                    break;
            }
        }
    }

    private static int ReadOperatorSet(ProtobufReader message)
    {
        string domain = "";
        long version = 0;
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    domain = message.ReadString();
                    break;
                case (2, WireType.Varint):
                    version = (long)message.ReadVarint();
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return domain is "" or "ai.onnx" ? (int)Math.Clamp(version, 0, 1000) : 0;
    }
}
