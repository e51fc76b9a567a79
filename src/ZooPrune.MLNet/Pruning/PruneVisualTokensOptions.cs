using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.PruneVisualTokens"/>. Immutable.</summary>
public sealed record PruneVisualTokensOptions : PruningStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model whose projector is used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public PruneVisualTokensOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <summary>Input: Vector&lt;Single&gt; of N x D values, the visual tokens before the projector.</summary>
    public string VisualTokensColumnName { get; init; } = ColumnNames.VisualTokens;

    /// <summary>Input, only for models that need it: the column of <see cref="PreprocessImagesOptions.ImageShapeColumnName"/>. Default:
    /// null, the name that it has there by default.</summary>
    public string? ImageShapeColumnName { get; init; }

    /// <summary>Output: Vector&lt;Single&gt; of K x H values, the kept tokens after the projector; empty in a row with an
    /// error.</summary>
    public string KeptTokensColumnName { get; init; } = ColumnNames.KeptTokens;

    /// <summary>Output: Vector&lt;Int32&gt; of K values, which tokens were kept, ascending; empty in a row with an error. With
    /// tiles the index is tile x tokens of a tile + token, over all that the encoder gave.</summary>
    public string KeptIndicesColumnName { get; init; } = ColumnNames.KeptIndices;

    /// <summary>Output: Int32, the number of visual tokens before pruning, N; 0 in a row with an error. For LLaVA-NeXT what the language
    /// model would read: without tokens of padding, with the embeddings image_newline.</summary>
    public string VisualTokenCountColumnName { get; init; } = ColumnNames.VisualTokenCount;

    /// <summary>Output if not null: Vector&lt;Single&gt; of N values, the sensitivity of each visual token; empty if the selection
    /// uses none, where pruning does not pay and in a row with an error. Default: null, no such column.</summary>
    public string? SensitivityColumnName { get; init; }

    /// <summary>Output if not null: Vector&lt;Int32&gt; of K values, the kept tokens in the order in which they were chosen; empty in a row
    /// with an error. Default: null, no such column.</summary>
    public string? SelectionOrderColumnName { get; init; }

    /// <summary>Output: text, what the choice of tokens should be known for ("keep 700 of 576: all tokens kept", "not
    /// pruned: costs more than it saves (cost 46 ms, saves 36 ms)"); usually empty.</summary>
    public string NoteColumnName { get; init; } = ColumnNames.Note;

    /// <summary>Output: Single, milliseconds this stage took for the row, the projection included.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.PruneMilliseconds;
}
