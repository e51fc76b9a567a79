using System.Numerics;

namespace ZooPrune;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    /// <summary>The index of the first value that is NaN or infinite, or -1.</summary>
    public static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        // x - x is 0 for every finite x and NaN otherwise, and NaN survives the sum.
        Vector<float> odd = Vector<float>.Zero;
        int vectorized = values.Length - (values.Length % Vector<float>.Count);
        for (int i = 0; i < vectorized; i += Vector<float>.Count)
        {
            Vector<float> x = new(values[i..]);
            odd += x - x;
        }

        int start = Vector.Sum(odd) == 0 ? vectorized : 0;
        for (int i = start; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
