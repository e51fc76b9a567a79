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
            SelectionMethod.ZooPruneTuned => throw Throw.TunedSelectionMissing(),
            _ => throw Throw.UnknownOption(nameof(PruningOptions.Selection), (int)options.Selection, nameof(options)),
        };
}
