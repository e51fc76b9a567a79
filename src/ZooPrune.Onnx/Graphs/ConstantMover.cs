namespace ZooPrune.Onnx;

/// <summary>Changes where a graph says that its constants in other files are.</summary>
internal static class ConstantMover
{
    /// <param name="model">An ONNX file.</param>
    /// <param name="move">Where a constant is now, given as it was; called in the order of the file.</param>
    public static byte[] Move(ReadOnlyMemory<byte> model, Func<OnnxTensor, ExternalData> move) =>
        Rewrite(model, 7, graph => Rewrite(graph, 5, bytes =>
        {
            OnnxTensor tensor = OnnxTensorReader.Read(new ProtobufReader(bytes));
            var parts = new ProtobufParts();
            parts.Add(tensor.External is null ? bytes : OnnxTensorReader.Relocate(bytes, move(tensor)).Message);
            return parts;
        })).ToArray();

    /// <summary>A message with every field of that number replaced.</summary>
    private static ProtobufParts Rewrite(ReadOnlyMemory<byte> message, int replaced, Func<ReadOnlyMemory<byte>, ProtobufParts> replace)
    {
        var parts = new ProtobufParts();
        var reader = new ProtobufReader(message);
        for (int start = 0; reader.TryReadField(out int field, out WireType type); start = reader.Position)
        {
            if (field == replaced && type == WireType.Bytes)
            {
                parts.Add(field, replace(reader.ReadBytes()));
            }
            else
            {
                reader.Skip(type);
                parts.Add(reader.Since(start));
            }
        }

        return parts;
    }
}
