namespace ZooPrune;

/// <summary>The three GELUs and their derivatives in double precision: the definition.</summary>
internal static class GeluFunction
{
    /// <summary>The coefficient of x^3 in the tanh form.</summary>
    public const double Cubic = 0.044715;

    /// <summary>The factor of x in the quick form.</summary>
    public const double Quick = 1.702;

    /// <summary>2 sqrt(2 / pi): since (1 + tanh u) / 2 = sigmoid(2 u), the tanh form is a sigmoid, too.</summary>
    public static readonly double TwoSqrtTwoOverPi = 2 * Math.Sqrt(2 / Math.PI);

    /// <summary>g(x).</summary>
    public static double Value(GeluKind kind, double x) => kind switch
    {
        GeluKind.Tanh => x * Sigmoid(TwoSqrtTwoOverPi * (x + (Cubic * x * x * x))),
        GeluKind.Quick => x * Sigmoid(Quick * x),
        _ => x * NormalDistribution.Cumulative(x),
    };

    /// <summary>g'(x); with g(x) = x sigmoid(p(x)) it is sigmoid + x p' sigmoid (1 - sigmoid).</summary>
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
