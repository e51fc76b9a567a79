namespace ZooPrune;

/// <summary>
/// The part of a vision-language model that carries visual tokens into the language model's width: M: R^D -> R^H, applied to
/// every token alike.
/// </summary>
/// <remarks>
/// An implementation must treat each token on its own (token i of the output depends on token i of the input only), must
/// be deterministic, and must allow calls from several threads at once if the pruner that holds it is used so.
/// </remarks>
public interface IProjector
{
    /// <summary>D, the width of a visual token; at least 1.</summary>
    int InputWidth { get; }

    /// <summary>H, the width of a projected visual token; at least 1.</summary>
    int OutputWidth { get; }

    /// <summary>
    /// Why the projector has no closed form of the sensitivity, as a clause ("its activation is no GELU"); null where it has one or
    /// nothing is known. A <see cref="TokenSelection.Note"/> repeats it where the sensitivity had to be sampled for that reason.
    /// </summary>
    string? WhyNoClosedForm => null;

    /// <summary>Projects visual tokens: Z = M(X).</summary>
    /// <param name="tokens">X, row-major [N, D]; N is its length divided by <see cref="InputWidth"/>.</param>
    /// <param name="projected">Receives Z, row-major [N, H]; every value is written.</param>
    void Project(ReadOnlySpan<float> tokens, Span<float> projected);
}

/// <summary>
/// A projector whose sensitivity has a closed form, so that no direction has to be sampled: Linear, GELU, Linear, or that behind a
/// normalisation.
/// </summary>
/// <remarks>
/// S_i = ||J_i||_F / sqrt(D), J_i the Jacobian of M at token i: the limit of the sampled mean square for ever more directions and
/// ever smaller steps. With a_i = W1 x_i + b1, d_i = g'(a_i) and Q = (W2^T W2) o (W1 W1^T), o taken element by element,
/// ||J_i||_F^2 = d_i^T Q d_i for Linear, GELU, Linear.
/// </remarks>
public interface IClosedFormProjector : IProjector
{
    /// <summary>
    /// The weights of Linear, GELU, Linear as a projector computed in managed code that gives the same values up to rounding; null
    /// where the projector has another form, for which <see cref="SensitivityMethod.SharedProduct"/> is not to be had.
    /// </summary>
    MlpProjector? Weights { get; }

    /// <summary>
    /// What <see cref="SensitivityMethod.Auto"/> takes: <see cref="SensitivityMethod.LowRankClosedForm"/> where it is cheaper and
    /// accurate, otherwise <see cref="SensitivityMethod.ClosedForm"/>.
    /// </summary>
    SensitivityMethod Cheapest => SensitivityMethod.ClosedForm;

    /// <summary>
    /// What a user should know about the sensitivity, as a sentence without capital and full stop ("its sensitivity is the same for every
    /// token"), which <see cref="TokenSelection.Note"/> repeats; otherwise null.
    /// </summary>
    string? SensitivityNote => null;

    /// <summary>
    /// The rank of the low-rank closed form and the error it makes; null where the projector has none. The first call may take
    /// as long as computing Q.
    /// </summary>
    LowRankChoice? LowRank => null;

    /// <summary>Projects visual tokens and gives the closed-form sensitivity of each in the same pass.</summary>
    /// <param name="tokens">X, row-major [N, D].</param>
    /// <param name="projected">Receives Z, row-major [N, H].</param>
    /// <param name="sensitivity">Receives S, [N]; >= 0.</param>
    void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity);

    /// <summary>The same with the low-rank closed form, whose error is in <see cref="LowRank"/>.</summary>
    /// <param name="tokens">X, row-major [N, D].</param>
    /// <param name="projected">Receives Z, row-major [N, H].</param>
    /// <param name="sensitivity">Receives S, [N]; >= 0.</param>
    /// <exception cref="InvalidOperationException"><see cref="LowRank"/> is null.</exception>
    void ProjectWithLowRankSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity) =>
        throw Throw.NoLowRank(GetType());
}
