using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record BatchOptions
{
    /// <summary>The file of images and questions.</summary>
    public required string Input { get; init; }

    /// <summary>The file to be.</summary>
    public required string Output { get; init; }

    /// <summary>Format of the input; null = by its extension.</summary>
    public TableFormat? InputFormat { get; init; }

    /// <summary>Format of the output; null = that of the input.</summary>
    public TableFormat? OutputFormat { get; init; }

    /// <summary>The columns that rows are asked with.</summary>
    public required ColumnNames Columns { get; init; }

    /// <summary>The folder that images lie in; null = that of the input.</summary>
    public string? Images { get; init; }

    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

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
}

/// <summary>Where things are and how they are written, with the defaults filled in.</summary>
/// <param name="ModelFolder">The model.</param>
/// <param name="ImageFolder">Where image paths start.</param>
/// <param name="InputFormat">Format of the input.</param>
/// <param name="OutputFormat">Format of the output.</param>
internal sealed record BatchPaths(string ModelFolder, string ImageFolder, TableFormat InputFormat, TableFormat OutputFormat)
{
    /// <summary>Fills in the defaults.</summary>
    /// <exception cref="UsageException">A folder or the input is missing, or the input's format cannot be told.</exception>
    public static BatchPaths Resolve(BatchOptions options)
    {
        if (!File.Exists(options.Input))
        {
            throw Throw.MissingInput(options.Input);
        }

        if (options.Images is { } images && !Directory.Exists(images))
        {
            throw Throw.MissingImageFolder(images);
        }

        TableFormat input = options.InputFormat ?? TableFormats.OfFile(options.Input, "--input-format");
        return new BatchPaths(
            ModelLocation.Find(options.Model),
            options.Images ?? Path.GetDirectoryName(Path.GetFullPath(options.Input))!,
            input,
            options.OutputFormat ?? input);
    }
}
