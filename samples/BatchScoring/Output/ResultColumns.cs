namespace ZooPrune.Samples;

/// <summary>The columns that the output adds to those of the input, in their order.</summary>
internal static class ResultColumns
{
    private static readonly string[] Always = ["Answer", "VisualTokens", "KeptTokens", "Note", "Error"];

    private static readonly string[] Timings =
        ["PreprocessMilliseconds", "EncodeMilliseconds", "PruneMilliseconds", "PrefillMilliseconds", "DecodeMilliseconds"];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names(bool withTimings) => withTimings ? [.. Always, .. Timings] : Always;

    /// <summary>The values of a row, in the same order: a text, a number, or null for a number that there is not.</summary>
    public static IEnumerable<object?> Values(RowResult result, bool withTimings)
    {
        object?[] always = [result.Answer, result.VisualTokens, result.KeptTokens, result.Note, result.Error];
        return withTimings ? [.. always, .. Milliseconds(result)] : always;
    }

    private static IEnumerable<object?> Milliseconds(RowResult result) =>
        result.Milliseconds.Count > 0 ? result.Milliseconds.Select(value => (object?)value) : Timings.Select(_ => (object?)null);
}
