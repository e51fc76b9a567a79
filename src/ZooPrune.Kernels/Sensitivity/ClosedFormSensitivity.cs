namespace ZooPrune;

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
