namespace ZooPrune;

/// <summary>Chooses the scorer that the options ask for and the projector allows.</summary>
internal static class TokenScorer
{
    public static ITokenScorer Create(
        IProjector projector, PruningOptions options, DirectionBank? directions, bool usesSensitivity, ITokenKernels kernels)
    {
        if (!usesSensitivity)
        {
            return new ProjectionOnly(projector);
        }

        switch (options.Sensitivity)
        {
            case SensitivityMethod.Auto when projector is IClosedFormProjector closedForm:
                return new ClosedFormSensitivity(closedForm, SensitivityMethod.Auto);
            case SensitivityMethod.Auto or SensitivityMethod.Sampled:
                return new SampledSensitivity(projector, Directions(), options, kernels);
        }

        if (projector is not IClosedFormProjector known)
        {
            throw Throw.ClosedFormUnavailable(options.Sensitivity, projector.GetType(), nameof(options));
        }

        return options.Sensitivity switch
        {
            SensitivityMethod.SharedProduct => known.Weights is { } weights
                ? new SharedProductSensitivity(known, weights, Directions(), options, kernels)
                : throw Throw.SharedProductUnavailable(projector.GetType(), nameof(options)),
            SensitivityMethod.LowRankClosedForm when known.LowRank is null =>
                throw Throw.LowRankUnavailable(projector.GetType(), nameof(options)),
            _ => new ClosedFormSensitivity(known, options.Sensitivity),
        };

        DirectionBank Directions()
        {
            DirectionBank bank = directions ?? DirectionBank.Gaussian(options.Directions, projector.InputWidth, options.Seed);
            return bank.Width == projector.InputWidth
                ? bank
                : throw Throw.DirectionWidth(bank.Width, projector.InputWidth, nameof(directions));
        }
    }

    /// <summary>For selections that need no sensitivity.</summary>
    private sealed class ProjectionOnly(IProjector projector) : ITokenScorer
    {
        public SensitivityMethod? Method => null;

        public void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
            projector.Project(tokens, projected);
    }
}
