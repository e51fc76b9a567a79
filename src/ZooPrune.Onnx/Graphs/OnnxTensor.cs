namespace ZooPrune.Onnx;

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
