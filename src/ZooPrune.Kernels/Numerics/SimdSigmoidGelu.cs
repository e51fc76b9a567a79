using System.Runtime.CompilerServices;

namespace ZooPrune;

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
