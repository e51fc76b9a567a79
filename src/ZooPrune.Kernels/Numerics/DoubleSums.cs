namespace ZooPrune;

/// <summary>Sums of float rows in double, one term after the other: the same bits on every machine. Empty rows give 0.</summary>
internal static class DoubleSums
{
    /// <summary>Effectively computes sum_k x_k.</summary>
    public static double Sum(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>Effectively computes sum_k |x_k|.</summary>
    public static double SumOfMagnitudes(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += Math.Abs(value);
        }

        return sum;
    }

    /// <summary>Effectively computes sum_k x_k^2.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += (double)value * value;
        }

        return sum;
    }
}
