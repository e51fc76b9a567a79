namespace ZooPrune.Samples;

/// <summary>The measure of both programs: the answer, word for word. Case, surrounding space and a final full stop do not count.</summary>
internal static class ExactMatch
{
    /// <summary>Whether <paramref name="answer"/> says the same as <paramref name="expected"/>.</summary>
    public static bool Holds(string answer, string expected) =>
        string.Equals(Normalize(answer), Normalize(expected), StringComparison.OrdinalIgnoreCase);

    private static string Normalize(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
}
