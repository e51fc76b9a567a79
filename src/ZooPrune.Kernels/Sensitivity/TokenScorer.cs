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

/// <summary>
/// The first step of pruning: project the visual tokens and say how sensitive each is. Stateless; many threads may call it.
/// </summary>
internal interface ITokenScorer
{
    /// <summary>How the sensitivity is computed; null for a scorer that computes none.</summary>
    SensitivityMethod? Method { get; }

    /// <summary>What a user should know about the method, such as why it is not a cheaper one; otherwise null.</summary>
    string? Note => null;

    /// <summary>Computes Z, and S where there is a method.</summary>
    /// <param name="tokens">X, row-major [N, D].</param>
    /// <param name="projected">Receives Z, row-major [N, H].</param>
    /// <param name="sensitivity">Receives S, [N]; empty where <see cref="Method"/> is null.</param>
    void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity);
}

/// <summary>S without directions, in one pass with the projection: by the exact closed form or the low-rank one.</summary>
internal sealed class ClosedFormSensitivity : ITokenScorer
{
    private readonly IClosedFormProjector _projector;
    private readonly SensitivityMethod _asked;

    /// <param name="projector">M.</param>
    /// <param name="asked">Auto, ClosedForm or LowRankClosedForm.</param>
    public ClosedFormSensitivity(IClosedFormProjector projector, SensitivityMethod asked)
    {
        _projector = projector;
        _asked = asked;
    }

    // Auto is settled when first needed: the projector may have to compute Q to know which is cheapest.
    public SensitivityMethod? Method => _asked == SensitivityMethod.Auto ? _projector.Cheapest : _asked;

    public string? Note => _projector.SensitivityNote;

    public void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
    {
        if (Method == SensitivityMethod.LowRankClosedForm)
        {
            _projector.ProjectWithLowRankSensitivity(tokens, projected, sensitivity);
        }
        else
        {
            _projector.ProjectWithSensitivity(tokens, projected, sensitivity);
        }
    }
}
