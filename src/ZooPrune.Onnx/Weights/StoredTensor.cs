namespace ZooPrune.Onnx;

/// <summary>Where a safetensors file has a tensor. Immutable.</summary>
/// <param name="Type">"F32", "BF16", ...</param>
/// <param name="Count">Number of values, the product of the sizes; 1 for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record StoredTensor(string Type, long Count, long Begin, long End)
{
    public long Length => End - Begin;

    /// <summary>Bits of one value; 0 for a type that is newer than this reader, which is an error only where the tensor is read.</summary>
    public int Bits => Type switch
    {
        "F64" or "I64" or "U64" or "C64" => 64,
        "F32" or "I32" or "U32" => 32,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "BOOL" or "I8" or "U8" or "F8_E4M3" or "F8_E5M2" => 8,
        _ => 0,
    };
}
