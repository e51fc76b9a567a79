namespace ZooPrune;

/// <summary>
/// What a language model takes to read tokens, as measured: a prompt of T tokens is read in c + a T + b T^2 milliseconds. Only
/// differences are needed here, so c is not kept. Immutable.
/// </summary>
public sealed record LanguageModelCost
{
    /// <summary>a, milliseconds a prompt token; finite, at least 0. The matrix products.</summary>
    public required double MillisecondsPerToken { get; init; }

    /// <summary>b, milliseconds for each pair of prompt tokens; finite, at least 0. Attention. Default: 0.</summary>
    public double MillisecondsPerTokenSquared { get; init; }

    /// <summary>
    /// Milliseconds that one decode step takes longer for each token in the KV cache; finite, at least 0. Default: 0, decoding is as
    /// fast with a long cache as with a short one.
    /// </summary>
    public double DecodeMillisecondsPerCachedToken { get; init; }

    /// <summary>a and b by least squares from measured prefills; neither comes out below 0.</summary>
    /// <param name="promptLengths">T of each measurement, at least 1; two different ones give a, three give a and b.</param>
    /// <param name="milliseconds">What each took; finite, at least 0.</param>
    /// <returns>The fitted cost, without a decode step. All 0 where longer prompts took no longer.</returns>
    /// <exception cref="ArgumentException">The lists have different lengths, or hold fewer than two different prompt lengths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A prompt length is below 1, or a time negative, NaN or infinite.</exception>
    public static LanguageModelCost Fit(ReadOnlySpan<int> promptLengths, ReadOnlySpan<double> milliseconds)
    {
        if (promptLengths.Length != milliseconds.Length)
        {
            throw Throw.PrefillPairs(promptLengths.Length, milliseconds.Length, nameof(milliseconds));
        }

        for (int i = 0; i < promptLengths.Length; i++)
        {
            CostCheck.Count("Measured prefill: prompt length", promptLengths[i], 1, nameof(promptLengths));
            CostCheck.Time("Measured prefill: time in milliseconds", milliseconds[i], nameof(milliseconds));
        }

        int distinct = promptLengths.ToArray().Distinct().Count();
        if (distinct < 2)
        {
            throw Throw.PrefillLengths(distinct, nameof(promptLengths));
        }

        (double a, double b) = LeastSquares(promptLengths, milliseconds, hasCurve: distinct > 2);
        return new LanguageModelCost { MillisecondsPerToken = a, MillisecondsPerTokenSquared = b };
    }

    /// <summary>Milliseconds saved by a prompt of <paramref name="shorter"/> in place of <paramref name="longer"/> tokens.</summary>
    internal double Saved(long longer, long shorter, int decodeSteps)
    {
        double fewer = longer - shorter;
        double perToken = MillisecondsPerToken
            + (MillisecondsPerTokenSquared * ((double)longer + shorter))
            + (DecodeMillisecondsPerCachedToken * decodeSteps);
        return fewer == 0 ? 0 : fewer * perToken;
    }

    /// <exception cref="ArgumentOutOfRangeException">A value is negative, NaN or infinite.</exception>
    internal void Check(string parameter)
    {
        CostCheck.Time($"{nameof(LanguageModelCost)}.{nameof(MillisecondsPerToken)}", MillisecondsPerToken, parameter);
        CostCheck.Time($"{nameof(LanguageModelCost)}.{nameof(MillisecondsPerTokenSquared)}", MillisecondsPerTokenSquared, parameter);
        CostCheck.Time(
            $"{nameof(LanguageModelCost)}.{nameof(DecodeMillisecondsPerCachedToken)}", DecodeMillisecondsPerCachedToken, parameter);
    }

    /// <summary>The normal equations of y = c + a T + b T^2 with all three columns centred, which removes c.</summary>
    private static (double A, double B) LeastSquares(ReadOnlySpan<int> lengths, ReadOnlySpan<double> times, bool hasCurve)
    {
        double meanT = 0, meanSquare = 0, meanTime = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            meanT += (double)lengths[i] / lengths.Length;
            meanSquare += (double)lengths[i] * lengths[i] / lengths.Length;
            meanTime += times[i] / lengths.Length;
        }

        double tt = 0, ts = 0, ss = 0, ty = 0, sy = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            double t = lengths[i] - meanT;
            double s = ((double)lengths[i] * lengths[i]) - meanSquare;
            double y = times[i] - meanTime;
            tt += t * t;
            ts += t * s;
            ss += s * s;
            ty += t * y;
            sy += s * y;
        }

        double line = Math.Max(0, ty / tt);
        if (!hasCurve)
        {
            return (line, 0);
        }

        // Noise can bend the curve the wrong way: then the part that would be negative is left out.
        double determinant = (tt * ss) - (ts * ts);
        double a = ((ty * ss) - (sy * ts)) / determinant;
        double b = ((sy * tt) - (ty * ts)) / determinant;
        return (a, b) switch
        {
            ( >= 0, >= 0) => (a, b),
            ( >= 0, _) => (line, 0),
            _ => (0, Math.Max(0, sy / ss)),
        };
    }
}

/// <summary>Checks of the numbers that advice is made from.</summary>
internal static class CostCheck
{
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, NaN or infinite.</exception>
    public static void Time(string what, double milliseconds, string parameter)
    {
        if (!(milliseconds >= 0) || !double.IsFinite(milliseconds))
        {
            throw Throw.CostTime(what, milliseconds, parameter);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The count is below <paramref name="least"/>.</exception>
    public static void Count(string what, int count, int least, string parameter)
    {
        if (count < least)
        {
            throw Throw.CostCount(what, count, least, parameter);
        }
    }
}
