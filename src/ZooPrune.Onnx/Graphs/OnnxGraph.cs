using System.Runtime.InteropServices;

namespace ZooPrune.Onnx.Graphs;

/// <summary>An attribute of a node; the members that are not of its type have their defaults.</summary>
internal sealed record OnnxAttribute(
    float Single, long Int64, string Text, IReadOnlyList<float> Singles, IReadOnlyList<long> Int64s, OnnxTensor? Tensor);

/// <summary>One operation of a graph.</summary>
/// <param name="Operator">Its name.</param>
/// <param name="Domain">Whose operator it is; empty for ONNX's own.</param>
/// <param name="Inputs">Names of the inputs; an empty one is left out.</param>
/// <param name="Outputs">Names of the outputs.</param>
/// <param name="Attributes">By name.</param>
/// <param name="Captured">Names that its subgraphs mention, which may be values of the graph around them.</param>
/// <param name="Proto">The node as the file has it.</param>
internal sealed record OnnxNode(
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes,
    IReadOnlyList<string> Captured,
    NodeProto Proto)
{
    /// <summary>An integer attribute, or what ONNX takes where it is left out.</summary>
    public long Int64(string attribute, long otherwise) =>
        Attributes.TryGetValue(attribute, out OnnxAttribute? value) ? value.Int64 : otherwise;

    /// <summary>A number, or what ONNX takes where it is left out.</summary>
    public float Single(string attribute, float otherwise) =>
        Attributes.TryGetValue(attribute, out OnnxAttribute? value) ? value.Single : otherwise;

    /// <summary>The name of an input; null where it is left out.</summary>
    public string? Input(int index) => index < Inputs.Count && Inputs[index].Length > 0 ? Inputs[index] : null;
}

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX's number of the element type.</param>
/// <param name="Dimensions">Each a number or a name, empty where the file says nothing; null where there is no shape.</param>
internal sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<string>? Dimensions)
{
    /// <summary>The last dimension where it is a number.</summary>
    public int? Width => Dimensions is [.., var last] && int.TryParse(last, out int width) && width > 0 ? width : null;
}

/// <summary>The main graph of an ONNX file.</summary>
/// <param name="Model">The whole file.</param>
/// <param name="Nodes">In the order of the file, which is not always the order in which they can run.</param>
/// <param name="Constants">Initialisers by name.</param>
/// <param name="Inputs">Inputs that have no initialiser.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="OperatorSet">Version of ONNX's own operators.</param>
internal sealed record OnnxGraph(
    ModelProto Model,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Constants,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    int OperatorSet);

/// <summary>Where a constant's bytes are if they are not in the graph's own file.</summary>
/// <param name="Location">Path relative to the graph's folder, as the file gives it.</param>
/// <param name="Offset">Bytes before the first value.</param>
/// <param name="Length">Number of bytes; null for all that the shape needs.</param>
internal sealed record ExternalData(string Location, long Offset, long? Length);

/// <summary>A constant of a graph as it is stored. Nothing is converted before it is asked for.</summary>
/// <param name="Name">Its name; empty inside a node's attribute.</param>
/// <param name="ElementType">ONNX's number of the element type.</param>
/// <param name="Dimensions">Shape; empty for a scalar.</param>
/// <param name="Raw">The values, row-major and little-endian; empty where they are in another file.</param>
/// <param name="External">Where the values are if they are in another file; otherwise null.</param>
internal sealed record OnnxTensor(string Name, int ElementType, long[] Dimensions, ReadOnlyMemory<byte> Raw, ExternalData? External)
{
    public const int Float = 1;
    public const int UInt8 = 2;
    public const int Int8 = 3;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;
    public const int BFloat16 = 16;
    public const int UInt4 = 21;
    public const int Int4 = 22;

    /// <summary>Number of values; the reader has made sure that it is below 2^31.</summary>
    public int Count
    {
        get
        {
            long count = 1;
            foreach (long dimension in Dimensions)
            {
                count *= dimension;
            }

            return checked((int)count);
        }
    }

    /// <summary>Bytes that the values take; null for types that nobody here knows.</summary>
    public long? ByteLength => BitsPerElement(ElementType) is { } bits ? (((long)Count * bits) + 7) / 8 : null;

    public static bool IsFloating(int elementType) => elementType is Float or Float16 or BFloat16;

    /// <summary>Size of an element; null for strings and for types that nobody here knows.</summary>
    public static int? BitsPerElement(int elementType) => elementType switch
    {
        UInt4 or Int4 => 4,
        UInt8 or Int8 or 9 => 8,
        4 or 5 or Float16 or BFloat16 => 16,
        Float or Int32 or 12 => 32,
        Int64 or 11 or 13 => 64,
        _ => null,
    };
}

/// <summary>Turns stored bytes into numbers.</summary>
internal static class TensorValues
{
    /// <summary>float32, float16 and bfloat16 as float32, which holds all of them exactly.</summary>
    public static float[] ToSingles(OnnxTensor tensor, ReadOnlySpan<byte> bytes)
    {
        if (tensor.ElementType == OnnxTensor.Float)
        {
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        float[] values = new float[halves.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = tensor.ElementType == OnnxTensor.Float16
                ? (float)BitConverter.UInt16BitsToHalf(halves[i])
                : BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }

        return values;
    }

    /// <summary>What a cast to that type and back leaves of the values.</summary>
    public static float[] Round(float[] values, int elementType) => elementType switch
    {
        OnnxTensor.Float16 => [.. values.Select(value => (float)(Half)value)],
        OnnxTensor.BFloat16 => [.. values.Select(ToBFloat16)],
        _ => values,
    };

    /// <summary>Integers of 4, 8, 32 or 64 bits; null for other types.</summary>
    public static int[]? ToIntegers(OnnxTensor tensor, ReadOnlySpan<byte> bytes)
    {
        int[] values = new int[tensor.Count];
        switch (tensor.ElementType)
        {
            case OnnxTensor.UInt8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = bytes[i];
                }

                return values;
            case OnnxTensor.Int8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (sbyte)bytes[i];
                }

                return values;
            case OnnxTensor.UInt4 or OnnxTensor.Int4:
                for (int i = 0; i < values.Length; i++)
                {
                    // The first of two is in the low half. Sixteen wraps the upper eight of int4 to the negative numbers.
                    int half = (bytes[i / 2] >> (4 * (i & 1))) & 15;
                    values[i] = tensor.ElementType == OnnxTensor.Int4 && half > 7 ? half - 16 : half;
                }

                return values;
            case OnnxTensor.Int32:
                return MemoryMarshal.Cast<byte, int>(bytes).ToArray();
            case OnnxTensor.Int64:
                ReadOnlySpan<long> wide = MemoryMarshal.Cast<byte, long>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (int)Math.Clamp(wide[i], int.MinValue, int.MaxValue);
                }

                return values;
            default:
                return null;
        }
    }

    private static float ToBFloat16(float value)
    {
        if (!float.IsFinite(value))
        {
            return value;
        }

        // To nearest, ties to even.
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
