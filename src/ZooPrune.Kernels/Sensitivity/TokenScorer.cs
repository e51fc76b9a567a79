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

        IClosedFormProjector? closedForm = projector as IClosedFormProjector;
        SensitivityMethod method = options.Sensitivity switch
        {
            SensitivityMethod.Auto => closedForm is null ? SensitivityMethod.Sampled : SensitivityMethod.ClosedForm,
            SensitivityMethod asked => asked,
        };
        if (method is SensitivityMethod.ClosedForm or SensitivityMethod.SharedProduct && closedForm is null)
        {
            throw Throw.ClosedFormUnavailable(method, projector.GetType(), nameof(options));
        }

        return method switch
        {
            SensitivityMethod.ClosedForm => new ClosedFormSensitivity(closedForm!),
            SensitivityMethod.SharedProduct => new SharedProductSensitivity(closedForm!, Directions(), options, kernels),
            _ => new SampledSensitivity(projector, Directions(), options, kernels),
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
