namespace ZooPrune.Studies;

/// <summary>A number format, as the rounding of floats to its nearest value (ties to even).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Round">Rounds in place.</param>
internal sealed record NumberFormat(string Name, Action<Span<float>> Round)
{
    /// <summary>Nothing is rounded.</summary>
    public static NumberFormat Float32 { get; } = new("float32", _ => { });

    /// <summary>11 significant bits; overflows at 65,520.</summary>
    public static NumberFormat Float16 { get; } = new("float16", values =>
    {
        foreach (ref float value in values)
        {
            value = (float)(Half)value;
        }
    });

    /// <summary>8 significant bits; float's range.</summary>
    public static NumberFormat BFloat16 { get; } = new("bfloat16", values =>
    {
        foreach (ref float value in values)
        {
            value = ToBFloat16(value);
        }
    });

    /// <summary>A copy, rounded.</summary>
    public float[] Rounded(ReadOnlySpan<float> values)
    {
        float[] copy = values.ToArray();
        Round(copy);
        return copy;
    }

    // The upper half of a float's bits; half of the last one kept, less one if that one is even, is carried into it. Finite values only.
    private static float ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        bits += 0x7FFF + ((bits >> 16) & 1);
        return BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }
}
