namespace ZooPrune.Samples.Tests;

/// <summary>Small pieces of evaluations.</summary>
internal static class Sample
{
    /// <summary>A tally of exact answers only.</summary>
    public static Tally Tally(int questions, double correct, double unchanged = 0) =>
        new(questions, correct, unchanged, default, new Dictionary<string, (int, double)>(), Free);

    /// <summary>No time and no tokens.</summary>
    public static Cost Free { get; } = new(0, 0, 0, 0, 0);

    /// <summary>A question with one right answer.</summary>
    public static ReferenceQuestion Question(string expected, string kind = "") => new("a.png", "?", expected, kind, []);

    /// <summary>An estimate with an interval.</summary>
    public static Estimate Estimate(double low, double value, double high) => new(value, new Interval(low, high));
}
