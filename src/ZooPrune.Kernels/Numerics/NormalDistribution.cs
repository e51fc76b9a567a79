namespace ZooPrune;

/// <summary>The standard normal distribution in double precision, from its textbook expansions.</summary>
internal static class NormalDistribution
{
    private const double SeriesLimit = 4;
    private const int FractionTerms = 80;

    private static readonly double InverseSqrtTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>phi(x) = exp(-x^2 / 2) / sqrt(2 pi).</summary>
    public static double Density(double x) => InverseSqrtTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>Phi(x), the area under phi to the left of x.</summary>
    /// <remarks>
    /// Near zero by Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...), far out by the continued fraction
    /// Phi(-x) = phi(x) / (x + 1/(x + 2/(x + 3/(x + ...)))). Within 1e-15 either way; NaN gives NaN.
    /// </remarks>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        if (Math.Abs(x) > SeriesLimit)
        {
            return x < 0 ? Tail(-x) : 1 - Tail(x);
        }

        double term = x;
        double sum = x;
        for (int odd = 3; Math.Abs(term) > 1e-18 * Math.Abs(sum); odd += 2)
        {
            term *= x * x / odd;
            sum += term;
        }

        return 0.5 + (Density(x) * sum);
    }

    private static double Tail(double x)
    {
        double fraction = x;
        for (int k = FractionTerms; k >= 1; k--)
        {
            fraction = x + (k / fraction);
        }

        return Density(x) / fraction;
    }
}
