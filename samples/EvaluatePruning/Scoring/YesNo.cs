namespace ZooPrune.Samples;

/// <summary>Reads an answer as yes or no.</summary>
internal static class YesNo
{
    private const int MmeStart = 4;

    /// <summary>
    /// POPE's script (Li et al., EMNLP 2023): the first sentence counts; it is a no if one of its words, cut at spaces, is "No", "no" or
    /// "not", and a yes otherwise, whatever it says: "NO", "Not" and "No\nYes" are yes.
    /// </summary>
    public static bool IsYesOfficially(string answer) => !answer.Split('.')[0].Replace(",", "", StringComparison.Ordinal).Split(' ')
        .Any(word => word is "No" or "no" or "not");

    /// <summary>MME's script: yes or no by whether that is in the first four letters, case aside; null for neither.</summary>
    public static bool? IsYesInMme(string answer)
    {
        string start = answer.ToLowerInvariant()[..Math.Min(MmeStart, answer.Length)];
        return start.Contains("yes", StringComparison.Ordinal) ? true : start.Contains("no", StringComparison.Ordinal) ? false : null;
    }

    /// <summary>POPE's rule as it is meant: the first sentence is a no if one of its words is "no" or "not", in any case, and a yes
    /// otherwise.</summary>
    public static bool IsYes(string answer)
    {
        int end = answer.IndexOf('.', StringComparison.Ordinal);
        string sentence = end < 0 ? answer : answer[..end];
        return !sentence.Replace(",", "", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Any(word => word.Equals("no", StringComparison.OrdinalIgnoreCase) || word.Equals("not", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>How answers to questions that expect yes or no turned out; "yes" is the positive answer, as in POPE.</summary>
/// <param name="TruePositive">Yes was right.</param>
/// <param name="FalsePositive">Yes was wrong.</param>
/// <param name="FalseNegative">No was wrong.</param>
/// <param name="TrueNegative">No was right.</param>
internal readonly record struct YesNoCounts(double TruePositive, double FalsePositive, double FalseNegative, double TrueNegative)
{
    /// <summary>All answers.</summary>
    public double Total => TruePositive + FalsePositive + FalseNegative + TrueNegative;

    /// <summary>Share of yes among all answers; null without answers.</summary>
    public double? YesShare => Share(TruePositive + FalsePositive, Total);

    /// <summary>Share of right ones among the answers yes; null if there is none.</summary>
    public double? Precision => Share(TruePositive, TruePositive + FalsePositive);

    /// <summary>Share of the questions expecting yes that were answered so; null if there is none.</summary>
    public double? Recall => Share(TruePositive, TruePositive + FalseNegative);

    /// <summary>2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; null where nothing was yes nor should have
    /// been.</summary>
    public double? F1 => Share(2 * TruePositive, (2 * TruePositive) + FalsePositive + FalseNegative);

    /// <summary>One more answer.</summary>
    /// <param name="expectsYes">What was right.</param>
    /// <param name="saidYes">What was answered.</param>
    /// <param name="share">What it counts for.</param>
    public YesNoCounts With(bool expectsYes, bool saidYes, double share) => (expectsYes, saidYes) switch
    {
        (true, true) => this with { TruePositive = TruePositive + share },
        (false, true) => this with { FalsePositive = FalsePositive + share },
        (true, false) => this with { FalseNegative = FalseNegative + share },
        (false, false) => this with { TrueNegative = TrueNegative + share },
    };

    /// <summary>Both together.</summary>
    public static YesNoCounts operator +(YesNoCounts left, YesNoCounts right) => new(
        left.TruePositive + right.TruePositive,
        left.FalsePositive + right.FalsePositive,
        left.FalseNegative + right.FalseNegative,
        left.TrueNegative + right.TrueNegative);

    private static double? Share(double part, double whole) => whole > 0 ? part / whole : null;
}
