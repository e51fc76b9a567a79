using System.Buffers.Binary;
using System.Text;

namespace ZooPrune.Onnx;

/// <summary>How a value is laid out on the wire (Protocol Buffers encoding, "wire types").</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Reads one Protocol Buffers message field by field, without copying. Meant for files of unknown origin: every length is
/// checked against what is left, and anything malformed ends in <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class ProtobufReader(ReadOnlyMemory<byte> message)
{
    private readonly ReadOnlyMemory<byte> _message = message;
    private int _position;

    /// <summary>Where the next field starts.</summary>
    public int Position => _position;

    private ReadOnlySpan<byte> Rest => _message.Span[_position..];

    /// <summary>What has been read since a position, as it is in the message.</summary>
    public ReadOnlyMemory<byte> Since(int position) => _message[position.._position];

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool TryReadField(out int field, out WireType type)
    {
        if (_position == _message.Length)
        {
            field = 0;
            type = default;
            return false;
        }

        ulong tag = ReadVarint();
        field = (int)(tag >> 3);
        type = (WireType)(tag & 7);
        if (tag > uint.MaxValue || field == 0)
        {
            throw new InvalidDataException($"field tag {tag} at byte {_position} is not valid");
        }

        return true;
    }

    /// <summary>Reads a base-128 number; negative int64 values take ten bytes and come back by a cast.</summary>
    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_position == _message.Length)
            {
                throw new InvalidDataException("the file ends inside a number");
            }

            byte next = _message.Span[_position++];
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"a number before byte {_position} has more than ten bytes");
    }

    public float ReadSingle()
    {
        Need(sizeof(float));
        float value = BinaryPrimitives.ReadSingleLittleEndian(Rest);
        _position += sizeof(float);
        return value;
    }

    /// <summary>A length-delimited value: bytes, text, a packed list or another message.</summary>
    public ReadOnlyMemory<byte> ReadBytes()
    {
        ulong length = ReadVarint();
        if (length > (ulong)(_message.Length - _position))
        {
            throw new InvalidDataException($"a value of {length:N0} bytes starts at byte {_position:N0} of {_message.Length:N0}");
        }

        ReadOnlyMemory<byte> value = _message.Slice(_position, (int)length);
        _position += (int)length;
        return value;
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes().Span);

    public ProtobufReader ReadMessage() => new(ReadBytes());

    /// <summary>Appends a repeated int64 field, packed or not.</summary>
    public void ReadInt64s(WireType type, List<long> values)
    {
        if (type != WireType.Bytes)
        {
            values.Add((long)ReadVarint());
            return;
        }

        ProtobufReader packed = ReadMessage();
        while (packed._position < packed._message.Length)
        {
            values.Add((long)packed.ReadVarint());
        }
    }

    /// <summary>Passes over a field that nobody asked for.</summary>
    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Need(sizeof(ulong));
                _position += sizeof(ulong);
                break;
            case WireType.Bytes:
                ReadBytes();
                break;
            case WireType.Fixed32:
                Need(sizeof(uint));
                _position += sizeof(uint);
                break;
            default:
                throw new InvalidDataException($"wire type {(int)type} before byte {_position} is not valid");
        }
    }

    private void Need(int bytes)
    {
        if (_message.Length - _position < bytes)
        {
            throw new InvalidDataException($"the file ends {bytes - (_message.Length - _position)} bytes too early");
        }
    }
}
