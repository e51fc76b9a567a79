using System.Text.Json.Serialization;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>What the options of every stage share. Immutable.</summary>
public abstract record VisionStageOptions
{
    /// <summary>Options of a stage that works with <paramref name="model"/>.</summary>
    /// <param name="model">The model. The stage uses it and does not own it: dispose it after the last row has been read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    private protected VisionStageOptions(VisionLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>The model. All stages of a pipeline share one.</summary>
    public VisionLanguageModel Model { get; }

    /// <summary>What happens to a row that cannot be computed. Default: <see cref="RowErrors.Report"/>.</summary>
    public RowErrors Errors { get; init; }

    /// <summary>Text column, read if there is one and written anew: empty, or why this stage or one before it could not compute the
    /// row. All stages of a pipeline must agree on the name.</summary>
    public string ErrorColumnName { get; init; } = ColumnNames.Error;

    /// <summary>Ends the work at hand when it is cancelled, between rows and within runs of a graph: whoever reads a row then gets an
    /// <see cref="OperationCanceledException"/>, whatever <see cref="Errors"/> says. Rows that were computed before can still be read. Not
    /// saved; <see cref="ZooPruneLoadOptions.Cancellation"/> sets it anew. Default: none.</summary>
    [JsonIgnore]
    public CancellationToken Cancellation { get; init; }
}

/// <summary>What a stage does with a row that it cannot compute: an image that cannot be read, NaN in the encoder's output, an
/// empty question.</summary>
public enum RowErrors
{
    /// <summary>The row goes on. Its error column says what happened, its other columns hold zeros (columns of a known size) or
    /// nothing (the rest, its answer too), and later stages skip it.</summary>
    Report,

    /// <summary>The exception reaches whoever reads the row, as an exception in one of ML.NET's own stages does. Where ML.NET has
    /// split the rows over threads, as it does around ApplyOnnxModel, that ends the whole pass.</summary>
    Throw,
}

/// <summary>The default column names. One stage's default output is the next one's default input. Names that ONNX models and transformers
/// use are theirs, in snake_case; ours are in PascalCase, so that a property of the same name reads the column.</summary>
internal static class ColumnNames
{
    public const string Image = "Image";
    public const string PixelValues = "pixel_values";
    public const string ImageSizes = "image_sizes";
    public const string ImageGrid = "image_grid_thw";
    public const string VisualTokens = "visual_tokens";
    public const string VisualTokenCount = "VisualTokenCount";
    public const string KeptTokens = "KeptTokens";
    public const string KeptIndices = "KeptIndices";
    public const string Question = "Question";
    public const string Answer = "Answer";
    public const string Error = "Error";
    public const string Note = "Note";
    public const string PreprocessMilliseconds = "PreprocessMilliseconds";
    public const string EncodeMilliseconds = "EncodeMilliseconds";
    public const string PruneMilliseconds = "PruneMilliseconds";
    public const string PrefillMilliseconds = "PrefillMilliseconds";
    public const string DecodeMilliseconds = "DecodeMilliseconds";
}
