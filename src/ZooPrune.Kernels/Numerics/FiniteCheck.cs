using System.Numerics.Tensors;

namespace ZooPrune;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    // 1 MB: a tenth of a millisecond, less than waking a thread is worth.
    private const int Block = 1 << 18;

    /// <summary>The index of the first value that is NaN or infinite, or -1.</summary>
    /// <param name="values">Any number of them.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor. Matters from half a million values on.</param>
    public static int FirstNotFinite(ReadOnlySpan<float> values, int maxThreads = 1)
    {
        // The library calls no values at all not finite.
        if (values.IsEmpty || (values.Length <= Block ? TensorPrimitives.IsFiniteAll(values) : IsFiniteAll(values, maxThreads)))
        {
            return -1;
        }

        int index = 0;
        while (float.IsFinite(values[index]))
        {
            index++;
        }

        return index;
    }

    private static unsafe bool IsFiniteAll(ReadOnlySpan<float> values, int maxThreads)
    {
        // Several threads may say so; none takes it back.
        bool oddValueSeen = false;
        int length = values.Length;
        fixed (float* start = values)
        {
            PinnedRows all = new(start, 1);
            ParallelLoop.Run((length + Block - 1) / Block, maxThreads, index =>
            {
                int first = index * Block;
                if (!TensorPrimitives.IsFiniteAll<float>(all.Rows(first, Math.Min(Block, length - first))))
                {
                    oddValueSeen = true;
                }
            });
        }

        return !oddValueSeen;
    }
}
