namespace ZooPrune.Studies;

/// <summary>The greedy selections that the rules are made of. Ties: lowest place.</summary>
internal static class Greedy
{
    /// <summary>
    /// Goes on from some tokens and adds again and again the one of largest weight_i min over the kept p of distance(i, p).
    /// </summary>
    public static int[] MaxMin(double[] weights, int[] start, Func<int, int, double> distance, int keep)
    {
        double[] nearest = new double[weights.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        bool[] taken = new bool[weights.Length];
        int[] order = new int[keep];
        start.CopyTo(order, 0);
        foreach (int place in start)
        {
            taken[place] = true;
            for (int i = 0; i < weights.Length; i++)
            {
                nearest[i] = Math.Min(nearest[i], distance(i, place));
            }
        }

        for (int k = start.Length; k < keep; k++)
        {
            int newest = order[k - 1];
            int best = -1;
            double most = double.NegativeInfinity;
            for (int i = 0; i < weights.Length; i++)
            {
                if (taken[i])
                {
                    continue;
                }

                nearest[i] = Math.Min(nearest[i], distance(i, newest));
                double score = weights[i] * nearest[i];
                if (score > most)
                {
                    most = score;
                    best = i;
                }
            }

            order[k] = best;
            taken[best] = true;
        }

        return order;
    }

    /// <summary>Adds again and again the token that raises log det of quality_i similarity(i, j) quality_j most (greedy MAP of a DPP).</summary>
    public static int[] Determinant(double[] quality, Func<int, int, double> similarity, int keep)
    {
        const double Floor = 1e-9;
        int count = quality.Length;
        double[] left = new double[count];
        for (int i = 0; i < count; i++)
        {
            left[i] = quality[i] * quality[i] * similarity(i, i);
        }

        double[][] factors = new double[keep][];
        bool[] taken = new bool[count];
        int[] order = new int[keep];
        for (int k = 0; k < keep; k++)
        {
            int best = -1;
            for (int i = 0; i < count; i++)
            {
                best = !taken[i] && (best < 0 || left[i] > left[best]) ? i : best;
            }

            order[k] = best;
            taken[best] = true;
            double root = Math.Sqrt(Math.Max(left[best], Floor));
            double[] factor = new double[count];
            for (int i = 0; i < count; i++)
            {
                if (!taken[i])
                {
                    double sum = quality[best] * similarity(best, i) * quality[i];
                    for (int t = 0; t < k; t++)
                    {
                        sum -= factors[t][best] * factors[t][i];
                    }

                    factor[i] = sum / root;
                    left[i] -= factor[i] * factor[i];
                }
                else
                {
                    factor[i] = 0;
                }
            }

            factors[k] = factor;
        }

        return order;
    }

    /// <summary>Adds again and again the token that raises sum_j weight_j max over the kept p of similarity(j, p) most.</summary>
    public static int[] FacilityLocation(double[] weights, int[] start, Func<int, int, double> similarityOf, int keep)
    {
        int count = weights.Length;
        double[,] similarity = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                similarity[i, j] = similarityOf(i, j);
            }
        }

        double[] covered = new double[count];
        bool[] taken = new bool[count];
        double[] bounds = new double[count];
        Array.Fill(bounds, double.PositiveInfinity);
        int[] order = new int[keep];
        start.CopyTo(order, 0);
        foreach (int place in start)
        {
            taken[place] = true;
            for (int j = 0; j < count; j++)
            {
                covered[j] = Math.Max(covered[j], similarity[place, j]);
            }
        }

        for (int k = start.Length; k < keep; k++)
        {
            // Gains only fall, so a token whose old gain is below the best new one need not be looked at again.
            int best = -1;
            double most = double.NegativeInfinity;
            for (int i = 0; i < count; i++)
            {
                if (taken[i] || bounds[i] <= most)
                {
                    continue;
                }

                double gain = 0;
                for (int j = 0; j < count; j++)
                {
                    gain += weights[j] * Math.Max(0, similarity[i, j] - covered[j]);
                }

                bounds[i] = gain;
                if (gain > most)
                {
                    most = gain;
                    best = i;
                }
            }

            order[k] = best;
            taken[best] = true;
            for (int j = 0; j < count; j++)
            {
                covered[j] = Math.Max(covered[j], similarity[best, j]);
            }
        }

        return order;
    }

    /// <summary>The place of the largest value.</summary>
    public static int IndexOfLargest(double[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
