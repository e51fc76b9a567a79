using System.Text;

namespace ZooPrune.Cli;

/// <summary>
/// Writes rows of the input with what became of them. A good row of the same format is carried through character by character, and
/// the new columns follow it.
/// </summary>
/// <param name="layout">What the input looks like.</param>
/// <param name="withTimings">Whether the milliseconds of the stages are written.</param>
internal abstract class RowFormatter(InputLayout layout, bool withTimings)
{
    /// <summary>What the input looks like.</summary>
    protected InputLayout Layout { get; } = layout;

    /// <summary>Names of the added columns.</summary>
    protected IReadOnlyList<string> Added { get; } = ResultColumns.Names(withTimings);

    /// <summary>A formatter for a format.</summary>
    public static RowFormatter Create(TableFormat format, InputLayout layout, bool withTimings) => format == TableFormat.JsonLines
        ? new JsonLinesFormatter(layout, withTimings)
        : new DelimitedFormatter(format, layout, withTimings);

    /// <summary>Appends what the file begins with.</summary>
    public abstract void AppendHeader(StringBuilder text);

    /// <summary>Appends one row and its line ending.</summary>
    public void Append(StringBuilder text, InputRow row, RowResult result)
    {
        AppendRow(text, row, [.. ResultColumns.Values(result, withTimings)]);
        text.Append(Layout.LineEnd);
    }

    /// <summary>Appends one row without its line ending.</summary>
    /// <param name="text">Takes it.</param>
    /// <param name="row">The row.</param>
    /// <param name="values">The values of <see cref="Added"/>.</param>
    protected abstract void AppendRow(StringBuilder text, InputRow row, IReadOnlyList<object?> values);
}

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
