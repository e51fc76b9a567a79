namespace ZooPrune;

/// <summary>What a tile weighs where a method does not say it itself.</summary>
internal static class TileMass
{
    /// <summary>The sum of the sensitivities if the method uses them, else of the scores if it uses those, else 0.</summary>
    public static double Of(ISelectionMethod method, in ScoredTokens tokens) =>
        method.UsesSensitivity ? Sum(tokens.Sensitivity) : method.UsesScores ? Sum(tokens.Scores) : 0;

    /// <summary>The sum, in double.</summary>
    public static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
