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
