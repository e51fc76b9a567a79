namespace ZooPrune;

/// <summary>Checks of the numbers that advice is made from.</summary>
internal static class AdviceCheck
{
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, NaN or infinite.</exception>
    public static void Time(string what, double milliseconds, string parameter)
    {
        if (!(milliseconds >= 0) || !double.IsFinite(milliseconds))
        {
            throw Throw.AdviceTime(what, milliseconds, parameter);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The count is below <paramref name="least"/>.</exception>
    public static void Count(string what, int count, int least, string parameter)
    {
        if (count < least)
        {
            throw Throw.AdviceCount(what, count, least, parameter);
        }
    }
}
