namespace ZooPrune.Onnx;

/// <summary>
/// A Protocol Buffers message put together from pieces that lie elsewhere, copied once at the end: a graph's weights may be most of
/// what a message can hold.
/// </summary>
internal sealed class ProtobufParts
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private long _length;

    /// <summary>Adds encoded fields.</summary>
    public void Add(ReadOnlyMemory<byte> fields)
    {
        _parts.Add(fields);
        _length += fields.Length;
    }

    /// <summary>Adds a message as a field.</summary>
    public void Add(int field, ProtobufWriter message)
    {
        Add(new ProtobufWriter().WriteLength(field, message.Message.Length).Message);
        Add(message.Message);
    }

    /// <summary>Adds a message as a field.</summary>
    public void Add(int field, ProtobufParts message)
    {
        Add(new ProtobufWriter().WriteLength(field, message._length).Message);
        _parts.AddRange(message._parts);
        _length += message._length;
    }

    /// <exception cref="InvalidDataException">The message is longer than an array can be.</exception>
    public byte[] ToArray()
    {
        if (_length > Array.MaxLength)
        {
            throw new InvalidDataException($"the graph has {_length / 1e9:0.0} GB, more than fit into one message");
        }

        byte[] message = GC.AllocateUninitializedArray<byte>((int)_length);
        int position = 0;
        foreach (ReadOnlyMemory<byte> part in _parts)
        {
            part.CopyTo(message.AsMemory(position));
            position += part.Length;
        }

        return message;
    }
}
