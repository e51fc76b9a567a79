using System.Buffers.Binary;
using System.Globalization;

namespace ZooPrune.Onnx;

/// <summary>Reads one TensorProto. Field numbers are those of onnx.proto3.</summary>
internal static class OnnxTensorReader
{
    private const int ExternalLocation = 1;

    /// <exception cref="InvalidDataException">The bytes are no tensor, or its values do not fit its shape.</exception>
    public static OnnxTensor Read(ProtobufReader message)
    {
        string name = "";
        int elementType = 0;
        var dimensions = new List<long>();
        var listed = new List<ReadOnlyMemory<byte>>();
        var integers = new List<long>();
        ReadOnlyMemory<byte>? raw = null;
        var entries = new Dictionary<string, string>();
        bool isExternal = false;
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
                    listed.Add(message.ReadBytes());
                    break;
                case (4, WireType.Fixed32):
                    byte[] single = new byte[sizeof(float)];
                    BinaryPrimitives.WriteSingleLittleEndian(single, message.ReadSingle());
                    listed.Add(single);
                    break;
                case (10, WireType.Bytes):
                    listed.Add(message.ReadBytes());
                    break;
                case (10, WireType.Fixed64):
                    int start = message.Position;
                    message.Skip(type);
                    listed.Add(message.Since(start));
                    break;
                case (5 or 7 or 11, WireType.Bytes or WireType.Varint):
                    message.ReadInt64s(type, integers);
                    break;
                case (8, WireType.Bytes):
                    name = message.ReadString();
                    break;
                case (9, WireType.Bytes):
                    raw = message.ReadBytes();
                    break;
                case (13, WireType.Bytes):
                    ReadEntry(message.ReadMessage(), entries);
                    break;
                case (14, WireType.Varint):
                    isExternal = message.ReadVarint() == ExternalLocation;
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        CheckShape(name, dimensions);
        var tensor = new OnnxTensor(
            name,
            elementType,
            [.. dimensions],
            isExternal ? default : raw ?? (listed.Count > 0 ? Join(listed) : Pack(integers, elementType)),
            isExternal ? ReadExternal(name, entries) : null);
        CheckLength(tensor);
        return tensor;
    }

    /// <summary>The name alone.</summary>
    public static string NameOf(ReadOnlyMemory<byte> tensor)
    {
        var message = new ProtobufReader(tensor);
        string name = "";
        while (message.TryReadField(out int field, out WireType type))
        {
            if (field == 8 && type == WireType.Bytes)
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

    /// <summary>The same constant with its values in another file.</summary>
    public static ProtobufWriter Relocate(ReadOnlyMemory<byte> tensor, ExternalData external)
    {
        var writer = new ProtobufWriter();
        var message = new ProtobufReader(tensor);
        for (int start = 0; message.TryReadField(out int field, out WireType type); start = message.Position)
        {
            message.Skip(type);
            if (field != 13)
            {
                writer.WriteFields(message.Since(start).Span);
            }
        }

        Entry("location", external.Location);
        Entry("offset", external.Offset.ToString(CultureInfo.InvariantCulture));
        if (external.Length is { } length)
        {
            Entry("length", length.ToString(CultureInfo.InvariantCulture));
        }

        return writer;

        void Entry(string key, string value) => writer.WriteMessage(13, new ProtobufWriter().WriteString(1, key).WriteString(2, value));
    }

    private static void ReadEntry(ProtobufReader message, Dictionary<string, string> entries)
    {
        string key = "";
        string value = "";
        while (message.TryReadField(out int field, out WireType type))
        {
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    key = message.ReadString();
                    break;
                case (2, WireType.Bytes):
                    value = message.ReadString();
                    break;
                default:
                    message.Skip(type);
                    break;
            }
        }

        entries[key] = value;
    }

    private static ExternalData ReadExternal(string name, Dictionary<string, string> entries)
    {
        return new ExternalData(
            entries.TryGetValue("location", out string? location) && location.Length > 0
                ? location
                : throw new InvalidDataException($"constant '{name}' is in another file, but its location is missing"),
            Number("offset") ?? 0,
            Number("length"));

        long? Number(string key) =>
            !entries.TryGetValue(key, out string? text) ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new InvalidDataException($"constant '{name}' has the {key} '{text}' in another file");
    }

    private static ReadOnlyMemory<byte> Join(List<ReadOnlyMemory<byte>> parts)
    {
        if (parts is [var only])
        {
            return only;
        }

        byte[] joined = new byte[parts.Sum(part => (long)part.Length)];
        int position = 0;
        foreach (ReadOnlyMemory<byte> part in parts)
        {
            part.CopyTo(joined.AsMemory(position));
            position += part.Length;
        }

        return joined;
    }

    /// <summary>Values listed as integers, which is how small integers and float16 may be stored, as raw bytes; two four-bit numbers share
    /// one entry already.</summary>
    private static byte[] Pack(List<long> integers, int elementType)
    {
        int size = Math.Max(1, (OnnxTensor.BitsPerElement(elementType) ?? 8) / 8);
        byte[] packed = new byte[(long)integers.Count * size];
        Span<byte> value = stackalloc byte[sizeof(long)];
        for (int i = 0; i < integers.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(value, integers[i]);
            value[..size].CopyTo(packed.AsSpan(i * size));
        }

        return packed;
    }

    private static void CheckShape(string name, List<long> dimensions)
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
    }

    private static void CheckLength(OnnxTensor tensor)
    {
        if (tensor.ByteLength is not { } needed)
        {
            return;
        }

        if (tensor.External is not null ? tensor.External.Length is { } stated && stated != needed : tensor.Raw.Length != needed)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"constant '{tensor.Name}' has {tensor.External?.Length ?? tensor.Raw.Length:N0} bytes for the shape [{string.Join(", ", tensor.Dimensions)}], which needs {needed:N0}"));
        }
    }
}
