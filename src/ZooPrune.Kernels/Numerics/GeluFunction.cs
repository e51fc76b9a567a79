namespace ZooPrune;

/// <summary>The three GELUs and their derivatives in double precision: the definition.</summary>
public static class GeluFunction
{
    /// <summary>The coefficient of x^3 in the tanh form.</summary>
    public const double Cubic = 0.044715;

    /// <summary>The factor of x in the quick form.</summary>
    public const double Quick = 1.702;

    /// <summary>2 sqrt(2 / pi): since (1 + tanh u) / 2 = sigmoid(2 u), the tanh form is a sigmoid, too.</summary>
    public static readonly double TwoSqrtTwoOverPi = 2 * Math.Sqrt(2 / Math.PI);

    /// <summary>g(x).</summary>
    /// <param name="kind">Which GELU.</param>
    /// <param name="x">Any number; NaN gives NaN.</param>
    public static double Value(GeluKind kind, double x) => kind switch
    {
        GeluKind.Tanh => x * Sigmoid(TwoSqrtTwoOverPi * (x + (Cubic * x * x * x))),
        GeluKind.Quick => x * Sigmoid(Quick * x),
        _ => x * NormalDistribution.Cumulative(x),
    };

    /// <summary>g'(x); with g(x) = x sigmoid(p(x)) it is sigmoid + x p' sigmoid (1 - sigmoid).</summary>
    /// <param name="kind">Which GELU.</param>
    /// <param name="x">Any number; NaN gives NaN.</param>
    public static double Slope(GeluKind kind, double x)
    {
        switch (kind)
        {
            case GeluKind.Tanh:
                double area = Sigmoid(TwoSqrtTwoOverPi * (x + (Cubic * x * x * x)));
                return area + (area * (1 - area) * x * TwoSqrtTwoOverPi * (1 + (3 * Cubic * x * x)));
            case GeluKind.Quick:
                area = Sigmoid(Quick * x);
                return area + (area * (1 - area) * x * Quick);
            default:
                return NormalDistribution.Cumulative(x) + (x * NormalDistribution.Density(x));
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}

/// <summary>The standard normal distribution in double precision, from its textbook expansions.</summary>
public static class NormalDistribution
{
    private const double SeriesLimit = 4;
    private const int FractionTerms = 80;

    private static readonly double InverseSqrtTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>phi(x) = exp(-x^2 / 2) / sqrt(2 pi).</summary>
    /// <param name="x">Any number; NaN gives NaN.</param>
    public static double Density(double x) => InverseSqrtTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>Phi(x), the area under phi to the left of x.</summary>
    /// <remarks>
    /// Near zero by Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...), far out by the continued fraction
    /// Phi(-x) = phi(x) / (x + 1/(x + 2/(x + 3/(x + ...)))). Within 1e-15 either way; NaN gives NaN.
    /// </remarks>
    /// <param name="x">Any number.</param>
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
