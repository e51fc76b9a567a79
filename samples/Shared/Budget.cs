namespace ZooPrune.Samples;

/// <summary>Keep budgets of the command line.</summary>
internal static class Budget
{
    /// <summary>Reads "64" or "11%".</summary>
    /// <exception cref="UsageException">It is no number, not positive or over 100 %.</exception>
    public static KeepBudget Parse(string text)
    {
        try
        {
            return KeepBudget.Parse(text);
        }
        catch (ArgumentException)
        {
            throw Throw.BadKeep(text);
        }
    }
}
