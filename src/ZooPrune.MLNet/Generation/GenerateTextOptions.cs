using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.GenerateText"/>. Immutable.</summary>
public sealed record GenerateTextOptions : VisionStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model whose language model answers.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public GenerateTextOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <summary>Input: text, the question as a user types it; not empty.</summary>
    public string QuestionColumnName { get; init; } = ColumnNames.Question;

    /// <summary>The question that is asked, with {question} once where the row's question goes; "{question} Answer with one word." for
    /// example. The model's own prompt comes around it. Default: the row's question as it is.</summary>
    public string QuestionTemplate { get; init; } = AnswerSettings.QuestionPlace;

    /// <summary>Input: Vector&lt;Single&gt; of K x H values, the kept tokens after the projector.</summary>
    public string KeptTokensColumnName { get; init; } = ColumnNames.KeptTokens;

    /// <summary>Input: Vector&lt;Int32&gt; of K values, which visual tokens these are, ascending.</summary>
    public string KeptIndicesColumnName { get; init; } = ColumnNames.KeptIndices;

    /// <summary>Input: Int32, the number of visual tokens before pruning, N.</summary>
    public string VisualTokenCountColumnName { get; init; } = ColumnNames.VisualTokenCount;

    /// <summary>Input, only for models that need it: the column of <see cref="PreprocessImagesOptions.ImageShapeColumnName"/>. Default:
    /// null, the name that it has there by default.</summary>
    public string? ImageShapeColumnName { get; init; }

    /// <summary>Most tokens an answer may have, &gt;= 1. Default: null, what <see cref="Generation"/> says, which is 32.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>How answers are generated. Default: greedily.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Most rows whose answers are generated side by side, &gt;= 1; 0 (the default) chooses by memory and processors.
    /// Fewer where the size of an image depends on the picture and pictures are larger than 640 x 480. The answers do not depend on it. The
    /// stage reads as many rows ahead.</summary>
    public int BatchSize { get; init; }

    /// <summary>Output: text, the answer; empty in a row with an error.</summary>
    public string AnswerColumnName { get; init; } = ColumnNames.Answer;

    /// <summary>Text column, read if there is one and written anew: the notes of the stages before and of this one (words that the
    /// vocabulary lacks), separated by "; "; usually empty.</summary>
    public string NoteColumnName { get; init; } = ColumnNames.Note;

    /// <summary>Output: Single, milliseconds of the first pass over the prompt: its share of a batch.</summary>
    public string PrefillMillisecondsColumnName { get; init; } = ColumnNames.PrefillMilliseconds;

    /// <summary>Output: Single, milliseconds of all decode steps: its share of a batch.</summary>
    public string DecodeMillisecondsColumnName { get; init; } = ColumnNames.DecodeMilliseconds;
}
