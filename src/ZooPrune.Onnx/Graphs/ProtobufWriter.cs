using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ZooPrune.Onnx;

/// <summary>Writes one Protocol Buffers message.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlyMemory<byte> Message => _buffer.WrittenMemory;

    public ProtobufWriter WriteInt64(int field, long value)
    {
        WriteTag(field, WireType.Varint);
        WriteVarint((ulong)value);
        return this;
    }

    public ProtobufWriter WriteSingle(int field, float value)
    {
        WriteTag(field, WireType.Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.GetSpan(sizeof(float)), value);
        _buffer.Advance(sizeof(float));
        return this;
    }

    public ProtobufWriter WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        WriteTag(field, WireType.Bytes);
        WriteVarint((ulong)value.Length);
        _buffer.Write(value);
        return this;
    }

    public ProtobufWriter WriteString(int field, string value) => WriteBytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter WriteMessage(int field, ProtobufWriter value) => WriteBytes(field, value.Message.Span);

    /// <summary>Fields that are encoded already.</summary>
    public ProtobufWriter WriteFields(ReadOnlySpan<byte> fields)
    {
        _buffer.Write(fields);
        return this;
    }

    /// <summary>Announces a value of that length, whose bytes the caller puts behind the message.</summary>
    public ProtobufWriter WriteLength(int field, long length)
    {
        WriteTag(field, WireType.Bytes);
        WriteVarint((ulong)length);
        return this;
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    private void WriteTag(int field, WireType type) => WriteVarint(((ulong)field << 3) | (ulong)type);

    private void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    private void WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }
}
