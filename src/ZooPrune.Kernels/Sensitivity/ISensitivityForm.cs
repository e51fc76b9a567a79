namespace ZooPrune;

/// <summary>A quadratic form that gives the sensitivity of a token from the slopes of its activations. Immutable.</summary>
internal interface ISensitivityForm
{
    /// <summary>S_i from d_i.</summary>
    /// <param name="slopes">d, the derivatives of the activation, row-major [n, H1].</param>
    /// <param name="sensitivity">Receives S, [n]; a sum that rounding made negative gives 0.</param>
    /// <param name="kernels">The loops.</param>
    void Evaluate(ReadOnlySpan<float> slopes, Span<float> sensitivity, ITokenKernels kernels);
}
