using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.AnswerQuestions"/>. Immutable.</summary>
public sealed record AnswerQuestionsOptions : PruningStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model that answers.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public AnswerQuestionsOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <inheritdoc cref="PreprocessImagesOptions.ImageColumnName"/>
    public string ImageColumnName { get; init; } = ColumnNames.Image;

    /// <inheritdoc cref="PreprocessImagesOptions.ImageFolder"/>
    public string? ImageFolder { get; init; }

    /// <inheritdoc cref="GenerateTextOptions.QuestionColumnName"/>
    public string QuestionColumnName { get; init; } = ColumnNames.Question;

    /// <inheritdoc cref="GenerateTextOptions.QuestionTemplate"/>
    public string QuestionTemplate { get; init; } = AnswerSettings.QuestionPlace;

    /// <inheritdoc cref="GenerateTextOptions.MaxNewTokens"/>
    public int? MaxNewTokens { get; init; }

    /// <inheritdoc cref="GenerateTextOptions.Generation"/>
    public GenerationOptions Generation { get; init; } = new();

    /// <inheritdoc cref="GenerateTextOptions.BatchSize"/>
    public int BatchSize { get; init; }

    /// <inheritdoc cref="GenerateTextOptions.AnswerColumnName"/>
    public string AnswerColumnName { get; init; } = ColumnNames.Answer;

    /// <inheritdoc cref="PruneVisualTokensOptions.KeptIndicesColumnName"/>
    public string KeptIndicesColumnName { get; init; } = ColumnNames.KeptIndices;

    /// <inheritdoc cref="PruneVisualTokensOptions.VisualTokenCountColumnName"/>
    public string VisualTokenCountColumnName { get; init; } = ColumnNames.VisualTokenCount;

    /// <summary>Text column, read if there is one and written anew: the notes of the stages before and of this one, separated by "; ";
    /// usually empty.</summary>
    public string NoteColumnName { get; init; } = ColumnNames.Note;

    /// <summary>Output: Single, milliseconds of decoding, resizing and normalising the image; 0 in a row that shares the image of the row
    /// before it.</summary>
    public string PreprocessMillisecondsColumnName { get; init; } = ColumnNames.PreprocessMilliseconds;

    /// <summary>Output: Single, milliseconds of the vision encoder: the image's share of a batch; 0 in a row that shares the image of the
    /// row before it.</summary>
    public string EncodeMillisecondsColumnName { get; init; } = ColumnNames.EncodeMilliseconds;

    /// <summary>Output: Single, milliseconds of pruning, the projection included; 0 in a row that shares the image of the row before
    /// it.</summary>
    public string PruneMillisecondsColumnName { get; init; } = ColumnNames.PruneMilliseconds;

    /// <summary>Output: Single, milliseconds of the first pass over the prompt: the row's share of a batch, and the image's in the first
    /// row that asks about it.</summary>
    public string PrefillMillisecondsColumnName { get; init; } = ColumnNames.PrefillMilliseconds;

    /// <inheritdoc cref="GenerateTextOptions.DecodeMillisecondsColumnName"/>
    public string DecodeMillisecondsColumnName { get; init; } = ColumnNames.DecodeMilliseconds;
}
