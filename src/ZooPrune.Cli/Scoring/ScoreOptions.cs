using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record ScoreOptions
{
    /// <summary>Files, folders and patterns of images and questions.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The file to be; of a shard the folder that it goes to.</summary>
    public required string Output { get; init; }

    /// <summary>Format of the input; null = by its extension.</summary>
    public TableFormat? InputFormat { get; init; }

    /// <summary>Format of the output; null = by its extension, else that of the input.</summary>
    public TableFormat? OutputFormat { get; init; }

    /// <summary>What stands between the input's cells; null = what it looks like.</summary>
    public char? Separator { get; init; }

    /// <summary>The columns that rows are asked with.</summary>
    public required ColumnNames Columns { get; init; }

    /// <summary>The folder that images lie in; null = that of the input.</summary>
    public string? Images { get; init; }

    /// <summary>Whether rows may name images outside <see cref="Images"/>.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>The model folder.</summary>
    public required string Model { get; init; }

    /// <summary>How many visual tokens are kept.</summary>
    public required KeepBudget Keep { get; init; }

    /// <summary>How the kept tokens are chosen.</summary>
    public required SelectionMethod Method { get; init; }

    /// <summary>How the model runs.</summary>
    public required VisionLanguageModelOptions Running { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>Rows that go through the pipeline together.</summary>
    public required int Batch { get; init; }

    /// <summary>Batches at work at a time.</summary>
    public required int Workers { get; init; }

    /// <summary>Least time between two commits.</summary>
    public required TimeSpan CommitInterval { get; init; }

    /// <summary>Whether to go on with an output that is there in part.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether to stop at the first row with an error.</summary>
    public bool FailFast { get; init; }

    /// <summary>Whether the milliseconds of the stages are written.</summary>
    public bool Timings { get; init; }

    /// <summary>Which part of the table is scored; null = all of it.</summary>
    public Shard? Shard { get; init; }

    /// <summary>The command line without the part that names the shard: what a shard that is missing is run with.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
}
