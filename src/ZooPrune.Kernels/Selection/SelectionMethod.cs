namespace ZooPrune;

/// <summary>How the tokens to keep are chosen.</summary>
public enum SelectionMethod
{
    /// <summary>Sensitivity times diversity, greedily, as published (ZOO-Prune, algorithm 1).</summary>
    ZooPrune,

    /// <summary>
    /// Reserved for a rule that is measured to be no worse than the published ones at any budget. None of those tried is
    /// (docs/findings.md): choosing it is an error.
    /// </summary>
    ZooPruneTuned,

    /// <summary>
    /// Diversity only: the largest smallest cosine distance, greedily (DivPrune, CVPR 2025). Its published code rounds a share of N half
    /// to even where <see cref="KeepBudget.Ratio"/> rounds down: <c>KeepBudget.Tokens((int)Math.Round(ratio * n))</c> is its count.
    /// </summary>
    DivPrune,

    /// <summary>The tokens of largest sensitivity.</summary>
    Sensitivity,

    /// <summary>The tokens of largest projected L2 norm.</summary>
    Norm,

    /// <summary>Evenly spaced positions; a control.</summary>
    Uniform,

    /// <summary>A seeded random choice; a control.</summary>
    Random,

    /// <summary>
    /// The tokens that the encoder's class token attends to most (FasterVLM). Like all that follow up to PruMergePlus it needs the
    /// inside of the vision encoder.
    /// </summary>
    FasterVlm,

    /// <summary>Dominant tokens by class attention, contextual ones merged by keys: <see cref="VisionZipReducer"/>.</summary>
    VisionZip,

    /// <summary>Class attention shares the budget among tiles and spends it: <see cref="HiRedSelector"/>.</summary>
    HiRed,

    /// <summary>Class attention with neighbours merged by keys: <see cref="PruMergeReducer"/>.</summary>
    PruMerge,

    /// <summary>The same with evenly spaced tokens among the kept: <see cref="PruMergeReducer"/>.</summary>
    PruMergePlus,

    /// <summary>Similar tokens merged pair by pair, after the encoder: <see cref="ToMeReducer"/>.</summary>
    ToMe,

    /// <summary>Pivots and what resembles them least, on embeddings: <see cref="DartSelector"/>.</summary>
    Dart,

    /// <summary>Coverage times sensitivity, greedily: SCOPE's gain with the sensitivity as saliency.</summary>
    Scope,

    /// <summary>The largest log determinant, greedily (OTPrune).</summary>
    OTPrune,

    /// <summary>Distinctiveness times centred diversity, greedily (Cen-Prune).</summary>
    CenPrune,
}

/// <summary>Makes the method that the options ask for.</summary>
internal static class SelectionMethodFactory
{
    public static ISelectionMethod Create(PruningOptions options, ITokenKernels kernels) =>
        options.CustomSelection ?? options.Selection switch
        {
            SelectionMethod.ZooPrune => new SensitivityDiversitySelector(options, kernels),
            SelectionMethod.DivPrune => new DivPruneSelector(options, kernels),
            SelectionMethod.Sensitivity => TopScoreSelector.BySensitivity,
            SelectionMethod.Norm => TopScoreSelector.ByNorm,
            SelectionMethod.Uniform => new UniformSelector(),
            SelectionMethod.Random => new RandomSelector(options.Seed),
            SelectionMethod.FasterVlm => new ClassAttentionSelector(),
            SelectionMethod.VisionZip => new VisionZipReducer(),
            SelectionMethod.HiRed => new HiRedSelector(),
            SelectionMethod.PruMerge => new PruMergeReducer(),
            SelectionMethod.PruMergePlus => new PruMergeReducer(isPlus: true),
            SelectionMethod.ToMe => new ToMeReducer(),
            SelectionMethod.Scope => new ScopeSelector(options, kernels),
            SelectionMethod.OTPrune => new OTPruneSelector(options, kernels),
            SelectionMethod.CenPrune => new CenPruneSelector(options, kernels),
            SelectionMethod.Dart => new DartSelector(maxThreads: options.MaxThreads),
            SelectionMethod.ZooPruneTuned => throw Throw.TunedSelectionMissing(),
            _ => throw Throw.UnknownOption(nameof(PruningOptions.Selection), (int)options.Selection, nameof(options)),
        };
}
