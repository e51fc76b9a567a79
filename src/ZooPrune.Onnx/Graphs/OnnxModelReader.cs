using Google.Protobuf;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// Reads an ONNX file by Google.Protobuf, but for the values of its constants: Google.Protobuf would copy them, and they are nearly all
/// of the file. They become views of it. Meant for files of unknown origin: every length is checked against what is left.
/// </summary>
internal static class OnnxModelReader
{
    private const int DeepestSubgraph = 16;

    /// <param name="file">The file; it must stay where it is as long as the model is in use.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static ModelProto Read(ReadOnlyMemory<byte> file)
    {
        var model = new ModelProto();
        try
        {
            Merge(model, file, (field, bytes) =>
            {
                if (field != ModelProto.GraphFieldNumber)
                {
                    return false;
                }

                model.Graph = model.Graph is null
                    ? ReadGraph(bytes, 0)
                    : throw new InvalidDataException("there are two graphs in the file");
                return true;
            });
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"a message in the file is broken: {exception.Message}", exception);
        }

        return model.Graph is null ? throw new InvalidDataException("there is no graph in the file") : model;
    }

    private static GraphProto ReadGraph(ReadOnlyMemory<byte> bytes, int depth)
    {
        if (depth > DeepestSubgraph)
        {
            throw new InvalidDataException($"its subgraphs are nested more than {DeepestSubgraph} deep");
        }

        var graph = new GraphProto();
        Merge(graph, bytes, (field, part) =>
        {
            switch (field)
            {
                case GraphProto.NodeFieldNumber:
                    graph.Node.Add(ReadNode(part, depth));
                    return true;
                case GraphProto.InitializerFieldNumber:
                    graph.Initializer.Add(ReadTensor(part));
                    return true;
                default:
                    return false;
            }
        });
        return graph;
    }

    private static NodeProto ReadNode(ReadOnlyMemory<byte> bytes, int depth)
    {
        var node = new NodeProto();
        Merge(node, bytes, (field, part) =>
        {
            if (field != NodeProto.AttributeFieldNumber)
            {
                return false;
            }

            node.Attribute.Add(ReadAttribute(part, depth));
            return true;
        });
        return node;
    }

    private static AttributeProto ReadAttribute(ReadOnlyMemory<byte> bytes, int depth)
    {
        var attribute = new AttributeProto();
        Merge(attribute, bytes, (field, part) =>
        {
            switch (field)
            {
                case AttributeProto.TFieldNumber:
                    attribute.T = ReadTensor(part);
                    return true;
                case AttributeProto.GFieldNumber:
                    attribute.G = ReadGraph(part, depth + 1);
                    return true;
                case AttributeProto.GraphsFieldNumber:
                    attribute.Graphs.Add(ReadGraph(part, depth + 1));
                    return true;
                default:
                    return false;
            }
        });
        return attribute;
    }

    private static TensorProto ReadTensor(ReadOnlyMemory<byte> bytes)
    {
        var tensor = new TensorProto();
        Merge(tensor, bytes, (field, part) =>
        {
            if (field != TensorProto.RawDataFieldNumber)
            {
                return false;
            }

            tensor.RawData = UnsafeByteOperations.UnsafeWrap(part);
            return true;
        });
        return tensor;
    }

    /// <summary>Reads a message but for the fields that are taken out of it: a message is the sum of its pieces.</summary>
    /// <param name="message">Receives the rest.</param>
    /// <param name="bytes">The message as the file has it.</param>
    /// <param name="take">Is given number and value of each field that has a length; false where it does not want the field.</param>
    private static void Merge(IMessage message, ReadOnlyMemory<byte> bytes, Func<int, ReadOnlyMemory<byte>, bool> take)
    {
        int piece = 0;
        int position = 0;
        while (position < bytes.Length)
        {
            int start = position;
            ulong tag = ReadVarint(bytes.Span, ref position);
            if (tag > uint.MaxValue || tag < 8)
            {
                throw new InvalidDataException($"field tag {tag} at byte {position:N0} of a message is not valid");
            }

            ulong length = (tag & 7) switch
            {
                0 => SkipVarint(bytes.Span, ref position),
                1 => sizeof(ulong),
                2 => ReadVarint(bytes.Span, ref position),
                5 => sizeof(uint),
                _ => throw new InvalidDataException($"wire type {tag & 7} at byte {position:N0} of a message is not valid"),
            };
            if (length > (ulong)(bytes.Length - position))
            {
                throw new InvalidDataException($"a value of {length:N0} bytes starts at byte {position:N0} of {bytes.Length:N0}");
            }

            ReadOnlyMemory<byte> value = bytes.Slice(position, (int)length);
            position += (int)length;
            if ((tag & 7) == 2 && take((int)(tag >> 3), value))
            {
                message.MergeFrom(bytes.Span[piece..start]);
                piece = position;
            }
        }

        message.MergeFrom(bytes.Span[piece..]);
    }

    private static ulong SkipVarint(ReadOnlySpan<byte> bytes, ref int position)
    {
        ReadVarint(bytes, ref position);
        return 0;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (position == bytes.Length)
            {
                throw new InvalidDataException("the file ends inside a number");
            }

            byte next = bytes[position++];
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"a number before byte {position:N0} of a message has more than ten bytes");
    }
}
