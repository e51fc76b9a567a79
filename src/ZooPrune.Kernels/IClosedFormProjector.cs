namespace ZooPrune;

/// <summary>
/// A projector of the form Linear, GELU, Linear, whose sensitivity has a closed form, so that no direction has to be sampled.
/// </summary>
/// <remarks>
/// With a_i = W1 x_i + b1, d_i = g'(a_i) and Q = (W2^T W2) o (W1 W1^T), o taken element by element,
/// S_i = sqrt(d_i^T Q d_i / D): the limit of the sampled mean square for ever more directions and ever smaller steps.
/// </remarks>
public interface IClosedFormProjector : IProjector
{
    /// <summary>The weights, as a projector computed in managed code that gives the same values up to rounding.</summary>
    MlpProjector Weights { get; }

    /// <summary>Projects visual tokens and gives the closed-form sensitivity of each in the same pass.</summary>
    /// <param name="tokens">X, row-major [N, D].</param>
    /// <param name="projected">Receives Z, row-major [N, H].</param>
    /// <param name="sensitivity">Receives S, [N]; >= 0.</param>
    void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity);
}
