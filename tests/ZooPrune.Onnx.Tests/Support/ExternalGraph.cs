namespace ZooPrune.Onnx.Tests;

/// <summary>Moves the constants of a graph into a file beside it, as exporters do where they are over 2 GB.</summary>
internal static class ExternalGraph
{
    public const string DataFile = "vision_encoder.onnx_data";

    /// <summary>The graph without its constants, and the file that holds them.</summary>
    /// <param name="file">A graph of <see cref="OnnxGraphBuilder"/>.</param>
    /// <param name="least">Constants of fewer bytes stay inside.</param>
    /// <param name="location">Where the graph says that they are.</param>
    /// <param name="shift">Added to the offset of the last one.</param>
    public static (byte[] Graph, byte[] Data) Of(byte[] file, int least = 64, string location = DataFile, long shift = 0)
    {
        using var data = new MemoryStream();
        byte[] graph = Rewrite(file, 7, whole => Rewrite(whole, 5, tensor =>
        {
            OnnxTensor read = OnnxTensorReader.Read(new ProtobufReader(tensor));
            if (read.Raw.Length < least)
            {
                return tensor.ToArray();
            }

            var writer = new ProtobufWriter();
            foreach (long dimension in read.Dimensions)
            {
                writer.WriteInt64(1, dimension);
            }

            writer.WriteInt64(2, read.ElementType).WriteString(8, read.Name);
            Entry(writer, "location", location);
            Entry(writer, "offset", $"{data.Position + shift}");
            Entry(writer, "length", $"{read.Raw.Length}");
            writer.WriteInt64(14, 1);
            data.Write(read.Raw.Span);
            return writer.ToArray();
        }));
        return (graph, data.ToArray());
    }

    private static void Entry(ProtobufWriter tensor, string key, string value) =>
        tensor.WriteMessage(13, new ProtobufWriter().WriteString(1, key).WriteString(2, value));

    /// <summary>A message with every field of that number replaced.</summary>
    private static byte[] Rewrite(ReadOnlyMemory<byte> message, int replaced, Func<ReadOnlyMemory<byte>, byte[]> replace)
    {
        var reader = new ProtobufReader(message);
        var writer = new ProtobufWriter();
        for (int start = 0; reader.TryReadField(out int field, out WireType type); start = reader.Position)
        {
            if (field == replaced)
            {
                writer.WriteBytes(field, replace(reader.ReadBytes()));
            }
            else
            {
                reader.Skip(type);
                writer.WriteFields(reader.Since(start).Span);
            }
        }

        return writer.ToArray();
    }
}
