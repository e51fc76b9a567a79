using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>Makes a new row id from two: well mixed, and the same every time. The bits are not those of ML.NET.</summary>
internal static class RowIdMixing
{
    private const ulong LowFactor = 0x9E3779B97F4A7C15;
    private const ulong HighFactor = 0xC2B2AE3D27D4EB4F;

    public static DataViewRowId Mix(DataViewRowId first, DataViewRowId second)
    {
        ulong low = Scramble(first.Low + (LowFactor * (second.Low + 1)));
        ulong high = Scramble(first.High + (HighFactor * (second.High + 1)));
        return new DataViewRowId(low + BitOperations.RotateLeft(high, 23), high + BitOperations.RotateLeft(low, 41));
    }

    private static ulong Scramble(ulong value)
    {
        value = (value ^ (value >> 31)) * LowFactor;
        value = (value ^ (value >> 29)) * HighFactor;
        return value ^ (value >> 32);
    }
}
