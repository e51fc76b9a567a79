using System.Numerics;

namespace ZooPrune;

/// <summary>The mean of rows, summed in double, row after row.</summary>
internal static class MeanRow
{
    // Columns that one thread sums at a time; their sums stay in registers and the first-level cache.
    private const int Columns = 256;

    /// <summary>Effectively computes mean[k] = scale * (sum over i of rows[i, k]) / N.</summary>
    /// <param name="rows">Row-major [N, H]; N at least 1.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="mean">[H].</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor. Columns are shared out, so no bit depends on it.</param>
    public static unsafe void Compute(ReadOnlySpan<float> rows, double scale, Span<float> mean, int maxThreads)
    {
        int width = mean.Length;
        int count = rows.Length / width;
        fixed (float* rowStart = rows, meanStart = mean)
        {
            PinnedRows source = new(rowStart, width);
            PinnedRows target = new(meanStart, 1);
            ParallelLoop.Run((width + Columns - 1) / Columns, maxThreads, index =>
            {
                int first = index * Columns;
                Span<float> part = target.Rows(first, Math.Min(Columns, width - first));
                Span<double> sums = stackalloc double[Columns];
                sums.Clear();
                for (int i = 0; i < count; i++)
                {
                    Add(source.Rows(i, 1).Slice(first, part.Length), sums);
                }

                for (int k = 0; k < part.Length; k++)
                {
                    part[k] = (float)(scale * (sums[k] / count));
                }
            });
        }
    }

    private static void Add(ReadOnlySpan<float> row, Span<double> sums)
    {
        int k = 0;
        for (; k + Vector<float>.Count <= row.Length; k += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[k..]), out Vector<double> low, out Vector<double> high);
            Span<double> lowSums = sums[k..];
            Span<double> highSums = sums[(k + Vector<double>.Count)..];
            (new Vector<double>(lowSums) + low).CopyTo(lowSums);
            (new Vector<double>(highSums) + high).CopyTo(highSums);
        }

        for (; k < row.Length; k++)
        {
            sums[k] += row[k];
        }
    }
}
