using System.Runtime.InteropServices;

namespace ZooPrune.Onnx;

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
