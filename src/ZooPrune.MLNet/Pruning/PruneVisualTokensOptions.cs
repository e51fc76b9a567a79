using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.PruneVisualTokens"/>. Immutable.</summary>
public sealed record PruneVisualTokensOptions : VisionStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model whose projector is used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public PruneVisualTokensOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <summary>How many visual tokens are kept. A budget beyond the number of tokens keeps all of them, and the note column says
    /// so.</summary>
    public required KeepBudget Keep { get; init; }

    /// <inheritdoc cref="PruningOptions.Selection"/>
    public SelectionMethod Selection { get; init; } = SelectionMethod.ZooPrune;

    /// <inheritdoc cref="PruningOptions.Sensitivity"/>
    public SensitivityMethod Sensitivity { get; init; } = SensitivityMethod.Auto;

    /// <inheritdoc cref="PruningOptions.Directions"/>
    public int Directions { get; init; } = 64;

    /// <inheritdoc cref="PruningOptions.StepSize"/>
    public float StepSize { get; init; } = 0.01f;

    /// <inheritdoc cref="PruningOptions.Seed"/>
    public int Seed { get; init; }

    /// <inheritdoc cref="PruningOptions.Centering"/>
    public float Centering { get; init; }

    /// <inheritdoc cref="PruningOptions.Sharpness"/>
    public float? Sharpness { get; init; }

    /// <inheritdoc cref="PruningOptions.MaxThreads"/>
    public int MaxThreads { get; init; }

    /// <inheritdoc cref="PruningOptions.OnlyIfFaster"/>
    public bool OnlyIfFaster { get; init; }

    /// <summary>Input: Vector&lt;Single&gt; of N x D values, the visual tokens before the projector.</summary>
    public string VisualTokensColumnName { get; init; } = ColumnNames.VisualTokens;

    /// <summary>Output: Vector&lt;Single&gt; of K x H values, the kept tokens after the projector; empty in a row with an
    /// error.</summary>
    public string KeptTokensColumnName { get; init; } = ColumnNames.KeptTokens;

    /// <summary>Output: Vector&lt;Int32&gt; of K values, which tokens were kept, ascending; empty in a row with an error.</summary>
    public string KeptIndicesColumnName { get; init; } = ColumnNames.KeptIndices;

    /// <summary>Output: Int32, the number of visual tokens before pruning, N; 0 in a row with an error.</summary>
    public string VisualTokenCountColumnName { get; init; } = ColumnNames.VisualTokenCount;

    /// <summary>Output if not null: Vector&lt;Single&gt; of N values, the sensitivity of each visual token; empty if the selection
    /// uses none, where pruning does not pay and in a row with an error. Default: null, no such column.</summary>
    public string? SensitivityColumnName { get; init; }

    /// <summary>Output: text, what the choice of tokens should be known for ("keep 700 of 576: all tokens kept", "not
    /// pruned: costs more than it saves (cost 46 ms, saves 36 ms)"); usually empty.</summary>
    public string NoteColumnName { get; init; } = ColumnNames.Note;

    /// <summary>Output: Single, milliseconds this stage took for the row, the projection included.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.PruneMilliseconds;

    /// <summary>The options that are about pruning, without those about columns.</summary>
    internal PruningOptions ToPruningOptions() => new()
    {
        Keep = Keep,
        Selection = Selection,
        Sensitivity = Sensitivity,
        Directions = Directions,
        StepSize = StepSize,
        Seed = Seed,
        Centering = Centering,
        Sharpness = Sharpness,
        MaxThreads = MaxThreads,
        OnlyIfFaster = OnlyIfFaster,
    };
}
