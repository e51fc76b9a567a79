namespace ZooPrune.Tests;

/// <summary>Judges a greedy choice in double precision: how far each pick is behind the best that was possible at its turn.</summary>
internal static class GreedyReplay
{
    /// <summary>The largest shortfall over all picks after the first, for score weight_i (1 - max cos).</summary>
    public static double WorstShortfall(
        double[] weights, ReadOnlySpan<float> projected, int width, double centering, ReadOnlySpan<int> order)
    {
        double[][] rows = UnitRows(projected, width, centering);
        double[] closest = new double[weights.Length];
        Array.Fill(closest, double.NegativeInfinity);
        HashSet<int> taken = [order[0]];
        double worst = 0;
        for (int k = 1; k < order.Length; k++)
        {
            double best = double.NegativeInfinity;
            for (int i = 0; i < weights.Length; i++)
            {
                closest[i] = Math.Max(closest[i], Dot(rows[i], rows[order[k - 1]]));
                best = taken.Contains(i) ? best : Math.Max(best, weights[i] * (1 - closest[i]));
            }

            worst = Math.Max(worst, best - (weights[order[k]] * (1 - closest[order[k]])));
            Assert.True(taken.Add(order[k]), $"token {order[k]} was picked twice");
        }

        return worst;
    }

    private static double[][] UnitRows(ReadOnlySpan<float> projected, int width, double centering)
    {
        double[][] rows = new double[projected.Length / width][];
        double[] mean = new double[width];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = [.. projected.Slice(i * width, width).ToArray().Select(value => (double)value)];
            for (int k = 0; k < width; k++)
            {
                mean[k] += rows[i][k] / rows.Length;
            }
        }

        foreach (double[] row in rows)
        {
            for (int k = 0; k < width; k++)
            {
                row[k] -= centering * mean[k];
            }

            double length = Math.Sqrt(Dot(row, row));
            for (int k = 0; k < width && length > 0; k++)
            {
                row[k] /= length;
            }
        }

        return rows;
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int k = 0; k < x.Length; k++)
        {
            sum += x[k] * y[k];
        }

        return sum;
    }
}
