namespace ZooPrune;

/// <summary>S_i = sqrt(d_i^T Q d_i / D): exact, in one pass with the projection, without directions.</summary>
internal sealed class ClosedFormSensitivity(IClosedFormProjector projector) : ITokenScorer
{
    public SensitivityMethod? Method => SensitivityMethod.ClosedForm;

    public void Score(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
        projector.ProjectWithSensitivity(tokens, projected, sensitivity);
}
