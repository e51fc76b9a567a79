using System.Globalization;

namespace ZooPrune.Onnx;

/// <summary>Reads name, element type and shape out of a ValueInfoProto.</summary>
internal static class OnnxValueReader
{
    public static OnnxValue Read(ProtobufReader message)
    {
        string name = "";
        int elementType = 0;
        List<string>? dimensions = null;
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    name = message.ReadString();
                    break;
                case (2, WireType.Bytes):
                    ProtobufReader value = message.ReadMessage();
                    while (value.TryReadField(out int kind, out WireType kindType))
                    {
                        if (kind == 1 && kindType == WireType.Bytes)
                        {
                            (elementType, dimensions) = ReadTensorType(value.ReadMessage());
                        }
                        else
                        {
                            value.Skip(kindType);
                        }
                    }

                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return new OnnxValue(name, elementType, dimensions);
    }

    private static (int ElementType, List<string>? Dimensions) ReadTensorType(ProtobufReader message)
    {
        int elementType = 0;
        List<string>? dimensions = null;
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Varint):
                    elementType = (int)message.ReadVarint();
                    break;
                case (2, WireType.Bytes):
                    dimensions = [];
                    ProtobufReader shape = message.ReadMessage();
                    while (shape.TryReadField(out int part, out WireType partType))
                    {
                        if (part == 1 && partType == WireType.Bytes)
                        {
                            dimensions.Add(ReadDimension(shape.ReadMessage()));
                        }
                        else
                        {
                            shape.Skip(partType);
                        }
                    }

                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return (elementType, dimensions);
    }

    private static string ReadDimension(ProtobufReader message)
    {
        string dimension = "";
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Varint):
                    dimension = ((long)message.ReadVarint()).ToString(CultureInfo.InvariantCulture);
                    break;
                case (2, WireType.Bytes):
                    dimension = message.ReadString();
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        return dimension;
    }
}
