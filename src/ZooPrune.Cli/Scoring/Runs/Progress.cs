namespace ZooPrune.Cli;

/// <summary>How far a run is: what has been written, and where it goes on. Immutable.</summary>
internal sealed record Progress
{
    /// <summary>Rows in the output.</summary>
    public long Rows { get; init; }

    /// <summary>Rows among them that have an error.</summary>
    public long Failed { get; init; }

    /// <summary>Visual tokens of all rows with an answer.</summary>
    public long VisualTokens { get; init; }

    /// <summary>Visual tokens that were kept in these rows.</summary>
    public long KeptTokens { get; init; }

    /// <summary>Bytes of the input that have been used; of Parquet rows.</summary>
    public long InputOffset { get; init; }

    /// <summary>Number of the input's next line.</summary>
    public long InputLine { get; init; } = 1;

    /// <summary>Bytes that the output begins with before its first row.</summary>
    public long HeaderLength { get; init; }

    /// <summary>Bytes of the output.</summary>
    public long OutputLength { get; init; }

    /// <summary>SHA-256 of these bytes, in hexadecimal.</summary>
    public string OutputHash { get; init; } = "";

    /// <summary>Whether the output is complete.</summary>
    public bool IsFinished { get; init; }

    /// <summary>Share of visual tokens that the language model was spared; 0 if no row has an answer.</summary>
    public double Saved => VisualTokens == 0 ? 0 : 1 - ((double)KeptTokens / VisualTokens);

    /// <summary>The same with one row more.</summary>
    public Progress With(InputRow row, RowResult result) => this with
    {
        Rows = Rows + 1,
        Failed = Failed + (result.IsFailed ? 1 : 0),
        VisualTokens = VisualTokens + (result.VisualTokens ?? 0),
        KeptTokens = KeptTokens + (result.KeptTokens ?? 0),
        InputOffset = row.End.Offset,
        InputLine = row.End.Line,
    };
}
