namespace ZooPrune.Samples;

/// <summary>How rows are written in a file.</summary>
internal enum TableFormat
{
    /// <summary>Comma-separated values as RFC 4180 has them, with a header.</summary>
    Csv,

    /// <summary>The same with tabs.</summary>
    Tsv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>What formats are called, and how they are told apart.</summary>
internal static class TableFormats
{
    /// <summary>The words of the command line; also the extensions of files.</summary>
    public static Choices<TableFormat> Names { get; } = new(
        ("csv", TableFormat.Csv),
        ("tsv", TableFormat.Tsv),
        ("jsonl", TableFormat.JsonLines));

    /// <summary>The format that a file's extension stands for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names a format, for the message.</param>
    /// <exception cref="UsageException">The extension is none of the known ones.</exception>
    public static TableFormat OfFile(string path, string option) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => TableFormat.Csv,
        ".tsv" or ".tab" => TableFormat.Tsv,
        ".jsonl" or ".ndjson" => TableFormat.JsonLines,
        _ => throw Throw.UnknownFormat(path, option),
    };

    /// <summary>What stands between two cells, unless the file looks otherwise.</summary>
    public static char Separator(TableFormat format) => format == TableFormat.Tsv ? '\t' : ',';
}
