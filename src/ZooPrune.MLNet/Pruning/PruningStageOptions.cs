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

    /// <summary>Output if not null: Int32, the number of visual tokens that were kept, K; 0 in a row with an error. Default: null, no such
    /// column.</summary>
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
    };

    /// <summary>Checks all options, also those that a budget of all tokens makes idle. With such a budget there is nothing to choose,
    /// and nothing needs to be scored unless a column wants the scores: the cheapest selection keeps the same tokens.</summary>
    /// <param name="wantsScores">Whether a column shows how the tokens were chosen.</param>
    internal VisualTokenPruner NewPruner(bool wantsScores)
    {
        PruningOptions pruning = ToPruningOptions();
        var pruner = new VisualTokenPruner(Model.Projector, pruning);
        int count = Model.VisualTokenCount;
        return !wantsScores && pruning.Keep.Resolve(count) == count
            ? new VisualTokenPruner(Model.Projector, pruning with { Selection = SelectionMethod.Uniform })
            : pruner;
    }
}
