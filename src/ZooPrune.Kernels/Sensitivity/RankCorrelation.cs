namespace ZooPrune;

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    /// <summary>
    /// The correlation of the ranks of x and y; ties share their mean rank. 1 where both are constant, 0 where one is.
    /// </summary>
    public static double Spearman(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double[] left = Ranks(x);
        double[] right = Ranks(y);
        double mean = (x.Length - 1) / 2.0;
        double product = 0;
        double squaresLeft = 0;
        double squaresRight = 0;
        for (int i = 0; i < left.Length; i++)
        {
            product += (left[i] - mean) * (right[i] - mean);
            squaresLeft += (left[i] - mean) * (left[i] - mean);
            squaresRight += (right[i] - mean) * (right[i] - mean);
        }

        return squaresLeft == 0 && squaresRight == 0 ? 1
            : squaresLeft == 0 || squaresRight == 0 ? 0
            : product / Math.Sqrt(squaresLeft * squaresRight);
    }

    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, order);
        double[] ranks = new double[values.Length];
        for (int first = 0; first < order.Length;)
        {
            int next = first + 1;
            while (next < order.Length && sorted[next] == sorted[first])
            {
                next++;
            }

            for (int i = first; i < next; i++)
            {
                ranks[order[i]] = (first + next - 1) / 2.0;
            }

            first = next;
        }

        return ranks;
    }
}
