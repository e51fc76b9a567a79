using System.Runtime.CompilerServices;

namespace ZooPrune;

/// <summary>The exact GELU g(x) = x Phi(x) and its derivative, a register at a time.</summary>
/// <remarks>
/// Both come from one formula without branches: Phi(-|x|) = exp(-x^2 / 2) t P(t) with t = 1 / (1 + 0.28 |x|). P is a polynomial
/// of degree 10 fitted by us to Phi(-x) exp(x^2 / 2) / t on 0 &lt;= x &lt;= 14 by reweighted least squares (largest relative
/// error 1.6e-9), so what is left is float rounding: a few 1e-7 of |x|.
/// </remarks>
internal static class SimdGelu<TVector, TWidth>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    private const float Scale = 0.28f;
    private const float InverseSqrtTwoPi = 0.3989422804f;

    /// <summary>g(x) = max(x, 0) - |x| Phi(-|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x)
    {
        TVector size = TWidth.Abs(x);
        TVector tail = TWidth.Multiply(Bell(x), TailOverBell(size));
        return TWidth.Subtract(TWidth.Max(x, TWidth.Zero), TWidth.Multiply(size, tail));
    }

    /// <summary>g'(x) = Phi(x) + x phi(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative(TVector x)
    {
        TVector bell = Bell(x);
        TVector tail = TWidth.Multiply(bell, TailOverBell(TWidth.Abs(x)));
        TVector area = TWidth.SelectBySign(x, tail, TWidth.Subtract(TWidth.Create(1), tail));
        return TWidth.MultiplyAdd(TWidth.Multiply(x, bell), TWidth.Create(InverseSqrtTwoPi), area);
    }

    /// <summary>exp(-x^2 / 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Bell(TVector x) => TWidth.Exp(TWidth.Multiply(TWidth.Multiply(x, x), TWidth.Create(-0.5f)));

    /// <summary>Phi(-x) / exp(-x^2 / 2) for x >= 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector TailOverBell(TVector x)
    {
        TVector t = TWidth.Divide(TWidth.Create(1), TWidth.MultiplyAdd(TWidth.Create(Scale), x, TWidth.Create(1)));
        TVector p = TWidth.Create(-0.0107029489f);
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.0495547424f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(-0.0683859494f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(-0.00537631043f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.0532641086f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(-0.00649464599f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.0813537243f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.0794644557f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.104018192f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.111596149f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Create(0.111708482f));
        return TWidth.Multiply(p, t);
    }
}

/// <summary>A GELU of the form g(x) = x sigmoid(p(x)), a register at a time; <typeparamref name="TExponent"/> says what p is.</summary>
/// <remarks>
/// sigmoid(p) = 1 / (1 + e) and sigmoid(-p) = e / (1 + e) for p >= 0 and e = exp(-p), so that neither sign loses digits. |x| is cut
/// at 64 inside p, where sigmoid is 0 or 1 to the last bit: x^3 and p' stay finite.
/// </remarks>
internal static class SimdSigmoidGelu<TVector, TWidth, TExponent>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
    where TExponent : struct, IExponent<TVector>
{
    private const float Largest = 64;

    /// <summary>g(x) = x sigmoid(p(x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x)
    {
        TVector small = Exponential(x);
        TVector large = TWidth.Divide(TWidth.Create(1), TWidth.Add(TWidth.Create(1), small));
        return TWidth.Multiply(x, TWidth.SelectBySign(x, TWidth.Multiply(small, large), large));
    }

    /// <summary>g'(x) = sigmoid(p) + x p' sigmoid(p) sigmoid(-p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Derivative(TVector x)
    {
        TVector small = Exponential(x);
        TVector large = TWidth.Divide(TWidth.Create(1), TWidth.Add(TWidth.Create(1), small));
        TVector lower = TWidth.Multiply(small, large);
        TVector bell = TWidth.Multiply(TWidth.Multiply(lower, large), TExponent.Slope(Cut(x)));
        return TWidth.MultiplyAdd(x, bell, TWidth.SelectBySign(x, lower, large));
    }

    /// <summary>exp(-|p(x)|); p has the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exponential(TVector x) => TWidth.Exp(TWidth.Subtract(TWidth.Zero, TExponent.Value(Cut(x))));

    /// <summary>min(|x|, 64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Cut(TVector x)
    {
        TVector negative = TWidth.Subtract(TWidth.Zero, TWidth.Abs(x));
        return TWidth.Abs(TWidth.Max(negative, TWidth.Create(-Largest)));
    }
}

/// <summary>p and p' for x >= 0; p is odd.</summary>
internal interface IExponent<TVector>
{
    static abstract TVector Value(TVector x);

    static abstract TVector Slope(TVector x);
}

/// <summary>p(x) = 2 sqrt(2 / pi) (x + 0.044715 x^3): the tanh form.</summary>
internal readonly struct CubicExponent<TVector, TWidth> : IExponent<TVector>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    private static readonly float Linear = (float)GeluFunction.TwoSqrtTwoOverPi;
    private static readonly float Cubic = (float)(GeluFunction.TwoSqrtTwoOverPi * GeluFunction.Cubic);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) =>
        TWidth.Multiply(x, TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Create(Cubic), TWidth.Create(Linear)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope(TVector x) =>
        TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Create(3 * Cubic), TWidth.Create(Linear));
}

/// <summary>p(x) = 1.702 x: the quick form.</summary>
internal readonly struct LinearExponent<TVector, TWidth> : IExponent<TVector>
    where TVector : struct
    where TWidth : struct, IVectorWidth<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) => TWidth.Multiply(x, TWidth.Create((float)GeluFunction.Quick));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Slope(TVector x) => TWidth.Create((float)GeluFunction.Quick);
}
