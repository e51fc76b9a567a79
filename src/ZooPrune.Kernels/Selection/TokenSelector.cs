namespace ZooPrune;

/// <summary>Chooses the selector that the options ask for.</summary>
internal static class TokenSelector
{
    public static ISelectionMethod Create(PruningOptions options, ITokenKernels kernels) => options.CustomSelection ?? options.Selection switch
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
