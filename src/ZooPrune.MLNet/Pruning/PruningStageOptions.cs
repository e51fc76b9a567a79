using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>What the options of stages that prune share: how many tokens stay, and how they are chosen. Immutable.</summary>
public abstract record PruningStageOptions : VisionStageOptions
{
    private protected PruningStageOptions(VisionLanguageModel model)
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

    /// <inheritdoc cref="PruningOptions.CustomSelection"/>
    public ISelectionMethod? CustomSelection { get; init; }

    /// <summary>Output if not null: Int32, the number of visual tokens that were kept, K, and for LLaVA-NeXT the embeddings image_newline,
    /// which no budget counts; 0 in a row with an error. Default: null, no such column.</summary>
    public string? KeptTokenCountColumnName { get; init; }

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
        CustomSelection = CustomSelection,
    };
}
