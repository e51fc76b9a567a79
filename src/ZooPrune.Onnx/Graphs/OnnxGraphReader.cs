using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// Makes of an ONNX file what finding a projector needs. Of subgraphs only the names are looked at that they take from outside.
/// </summary>
internal static class OnnxGraphReader
{
    /// <param name="file">The file; it must stay where it is as long as the graph is in use.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or the values of a constant do not fit its shape.</exception>
    public static OnnxGraph Read(ReadOnlyMemory<byte> file)
    {
        ModelProto model = OnnxModelReader.Read(file);
        var constants = new Dictionary<string, OnnxTensor>();
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            constants[tensor.Name] = ReadTensor(tensor);
        }

        long operatorSet = model.OpsetImport.Where(set => set.Domain is "" or "ai.onnx").Select(set => set.Version).DefaultIfEmpty().Max();
        return new OnnxGraph(
            model,
            [.. model.Graph.Node.Select(ReadNode)],
            constants,
            [.. model.Graph.Input.Select(ReadValue).Where(input => !constants.ContainsKey(input.Name))],
            [.. model.Graph.Output.Select(ReadValue)],
            (int)Math.Clamp(operatorSet, 0, 1000));
    }

    /// <exception cref="InvalidDataException">The values do not fit the shape, or it is not said where they are.</exception>
    public static OnnxTensor ReadTensor(TensorProto tensor)
    {
        CheckShape(tensor);
        bool isExternal = tensor.DataLocation == DataLocation.External;
        var read = new OnnxTensor(
            tensor.Name,
            tensor.DataType,
            [.. tensor.Dims],
            isExternal ? default : tensor.HasRawData ? tensor.RawData.Memory : ListedValues(tensor),
            isExternal ? ReadExternal(tensor) : null);
        CheckLength(read);
        return read;
    }

    private static OnnxNode ReadNode(NodeProto node)
    {
        var attributes = new Dictionary<string, OnnxAttribute>();
        var captured = new List<string>();
        foreach (AttributeProto attribute in node.Attribute)
        {
            attributes[attribute.Name] = new OnnxAttribute(
                attribute.F,
                attribute.I,
                attribute.S.ToStringUtf8(),
                attribute.Floats,
                attribute.Ints,
                attribute.T is { } tensor ? ReadTensor(tensor) : null);
            AddCaptured(attribute, captured);
        }

        return new OnnxNode(node.OpType, node.Domain is "ai.onnx" ? "" : node.Domain, node.Input, node.Output, attributes, captured, node);
    }

    private static void AddCaptured(AttributeProto attribute, List<string> captured)
    {
        IEnumerable<GraphProto> subgraphs = attribute.G is { } one ? attribute.Graphs.Prepend(one) : attribute.Graphs;
        foreach (GraphProto subgraph in subgraphs)
        {
            captured.AddRange(Captured(subgraph));
        }
    }

    /// <summary>Every name that a subgraph uses and does not define itself.</summary>
    private static IEnumerable<string> Captured(GraphProto graph)
    {
        var used = new List<string>();
        HashSet<string> own = [.. graph.Initializer.Select(tensor => tensor.Name), .. graph.Input.Select(input => input.Name)];
        foreach (NodeProto node in graph.Node)
        {
            used.AddRange(node.Input);
            own.UnionWith(node.Output);
            foreach (AttributeProto attribute in node.Attribute)
            {
                AddCaptured(attribute, used);
            }
        }

        used.AddRange(graph.Output.Select(output => output.Name));
        return used.Where(name => !own.Contains(name));
    }

    private static OnnxValue ReadValue(ValueInfoProto value) => new(
        value.Name,
        value.Type?.TensorType?.ElemType ?? 0,
        value.Type?.TensorType?.Shape?.Dim.Select(dimension => dimension.ValueCase == DimensionProto.ValueOneofCase.DimValue
            ? dimension.DimValue.ToString(CultureInfo.InvariantCulture)
            : dimension.DimParam).ToList());

    private static ExternalData ReadExternal(TensorProto tensor)
    {
        var entries = new Dictionary<string, string>();
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            entries[entry.Key] = entry.Value;
        }

        return new ExternalData(
            entries.TryGetValue("location", out string? location) && location.Length > 0
                ? location
                : throw new InvalidDataException($"constant '{tensor.Name}' is in another file, but its location is missing"),
            Number("offset") ?? 0,
            Number("length"));

        long? Number(string key) =>
            !entries.TryGetValue(key, out string? text) ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new InvalidDataException($"constant '{tensor.Name}' has the {key} '{text}' in another file");
    }

    /// <summary>
    /// Values that are listed as numbers instead of raw bytes, as raw bytes. Small integers and float16 are listed as integers; two
    /// four-bit numbers share one entry already.
    /// </summary>
    private static byte[] ListedValues(TensorProto tensor)
    {
        if (tensor.FloatData.Count > 0)
        {
            return MemoryMarshal.AsBytes<float>(tensor.FloatData.ToArray()).ToArray();
        }

        if (tensor.DoubleData.Count > 0)
        {
            return MemoryMarshal.AsBytes<double>(tensor.DoubleData.ToArray()).ToArray();
        }

        long[] integers =
            [.. tensor.Int32Data.Select(value => (long)value), .. tensor.Int64Data, .. tensor.Uint64Data.Select(value => (long)value)];
        int size = Math.Max(1, (OnnxTensor.BitsPerElement(tensor.DataType) ?? 8) / 8);
        byte[] packed = new byte[(long)integers.Length * size];
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        for (int i = 0; i < integers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, integers[i]);
            bytes[..size].CopyTo(packed.AsSpan(i * size));
        }

        return packed;
    }

    private static void CheckShape(TensorProto tensor)
    {
        // A dimension may be anything up to 2^63 in a hostile file; Int128 cannot overflow before the comparison stops it.
        Int128 count = 1;
        foreach (long dimension in tensor.Dims)
        {
            count *= dimension;
            if (dimension < 0 || count > int.MaxValue)
            {
                throw new InvalidDataException($"constant '{tensor.Name}' has the shape [{string.Join(", ", tensor.Dims)}]");
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
                $"constant '{tensor.Name}' has {tensor.External?.Length ?? tensor.Raw.Length:N0} bytes for the shape "
                + $"[{string.Join(", ", tensor.Dimensions)}], which needs {needed:N0}"));
        }
    }
}
