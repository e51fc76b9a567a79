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

    /// <summary>Input: Vector&lt;Single&gt; of K x H values, the kept tokens after the projector.</summary>
    public string KeptTokensColumnName { get; init; } = ColumnNames.KeptTokens;

    /// <summary>Input: Vector&lt;Int32&gt; of K values, which visual tokens these are, ascending.</summary>
    public string KeptIndicesColumnName { get; init; } = ColumnNames.KeptIndices;

    /// <summary>Input: Int32, the number of visual tokens before pruning, N.</summary>
    public string VisualTokenCountColumnName { get; init; } = ColumnNames.VisualTokenCount;

    /// <summary>Most tokens an answer may have, &gt;= 1. Default: 32.</summary>
    public int MaxNewTokens { get; init; } = 32;

    /// <summary>Output: text, the answer; "error: " and the message in a row with an error.</summary>
    public string AnswerColumnName { get; init; } = ColumnNames.Answer;

    /// <summary>Text column, read if there is one and written anew: the notes of the stages before and of this one (words that the
    /// vocabulary lacks), separated by "; "; usually empty.</summary>
    public string NoteColumnName { get; init; } = ColumnNames.Note;

    /// <summary>Output: Single, milliseconds of the first pass over the prompt.</summary>
    public string PrefillMillisecondsColumnName { get; init; } = ColumnNames.PrefillMilliseconds;

    /// <summary>Output: Single, milliseconds of all decode steps.</summary>
    public string DecodeMillisecondsColumnName { get; init; } = ColumnNames.DecodeMilliseconds;
}
