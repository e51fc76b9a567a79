namespace ZooPrune.Studies;

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    /// <summary>The correlation of the ranks; equal values share the mean of their ranks. 0 where all values of one are equal.</summary>
    public static double Of(IReadOnlyList<float> x, IReadOnlyList<float> y)
    {
        double[] first = Ranks(x);
        double[] second = Ranks(y);
        double mean = (x.Count - 1) / 2.0;
        double products = 0;
        double firstSquares = 0;
        double secondSquares = 0;
        for (int i = 0; i < first.Length; i++)
        {
            products += (first[i] - mean) * (second[i] - mean);
            firstSquares += (first[i] - mean) * (first[i] - mean);
            secondSquares += (second[i] - mean) * (second[i] - mean);
        }

        double squares = firstSquares * secondSquares;
        return squares > 0 ? products / Math.Sqrt(squares) : 0;
    }

    private static double[] Ranks(IReadOnlyList<float> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        double[] ranks = new double[order.Length];
        int next;
        for (int start = 0; start < order.Length; start = next)
        {
            next = start + 1;
            while (next < order.Length && values[order[next]] == values[order[start]])
            {
                next++;
            }

            for (int k = start; k < next; k++)
            {
                ranks[order[k]] = (start + next - 1) / 2.0;
            }
        }

        return ranks;
    }
}
