namespace ZooPrune.Cli;

/// <summary>How rows are written in a file.</summary>
internal enum TableFormat
{
    /// <summary>Comma-separated values as RFC 4180 has them, with a header.</summary>
    Csv,

    /// <summary>The same with tabs.</summary>
    Tsv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>What formats are called, and how they are told apart.</summary>
internal static class TableFormats
{
    private static readonly Dictionary<string, TableFormat> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = TableFormat.Csv,
        [".tsv"] = TableFormat.Tsv,
        [".tab"] = TableFormat.Tsv,
        [".jsonl"] = TableFormat.JsonLines,
        [".ndjson"] = TableFormat.JsonLines,
        [".parquet"] = TableFormat.Parquet,
    };

    /// <summary>The words of the command line; also the extensions of files.</summary>
    public static Choices<TableFormat> Names { get; } = new(
        ("csv", TableFormat.Csv),
        ("tsv", TableFormat.Tsv),
        ("jsonl", TableFormat.JsonLines),
        ("parquet", TableFormat.Parquet));

    /// <summary>Whether a file's extension stands for a format.</summary>
    public static bool IsTable(string path) => Extensions.ContainsKey(Path.GetExtension(path));

    /// <summary>The format that a file's extension stands for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names a format, for the message.</param>
    /// <exception cref="UsageException">The extension is none of the known ones.</exception>
    public static TableFormat OfFile(string path, string option) =>
        Extensions.TryGetValue(Path.GetExtension(path), out TableFormat format) ? format : throw Throw.UnknownFormat(path, option);

    /// <summary>What stands between two cells, unless the file looks otherwise.</summary>
    public static char Separator(TableFormat format) => format == TableFormat.Tsv ? '\t' : ',';
}

/// <summary>What --separator takes: a word, or the character itself.</summary>
internal static class Separators
{
    private static readonly Dictionary<string, char> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["comma"] = ',',
        ["semicolon"] = ';',
        ["tab"] = '\t',
        ["bar"] = '|',
    };

    /// <summary>The words, separated by commas.</summary>
    public static string Names { get; } = string.Join(", ", Words.Keys);

    /// <summary>Reads a separator.</summary>
    /// <exception cref="UsageException">It is neither a word nor one character that may stand between cells.</exception>
    public static char? Parse(string option, string text) =>
        Words.TryGetValue(text, out char known) ? known
        : text is [(not ('"' or '\r' or '\n')) and < '\u0080' and var character] ? character
        : throw Shell.Throw.BadOption(option, text, $"one of {Names}, or one character of ASCII that is no quote");
}
