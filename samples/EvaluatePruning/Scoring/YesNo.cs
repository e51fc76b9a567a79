namespace ZooPrune.Samples;

/// <summary>
/// Reads an answer as yes or no the way POPE does (Li et al., EMNLP 2023): the first sentence counts; it is a no if one of its words is
/// "no" or "not", and a yes otherwise, whatever it says.
/// </summary>
internal static class YesNo
{
    /// <summary>True for yes.</summary>
    public static bool IsYes(string answer)
    {
        int end = answer.IndexOf('.', StringComparison.Ordinal);
        string sentence = end < 0 ? answer : answer[..end];
        return !sentence.Replace(",", "", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Any(word => word.Equals("no", StringComparison.OrdinalIgnoreCase) || word.Equals("not", StringComparison.OrdinalIgnoreCase));
    }
}
