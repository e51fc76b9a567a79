namespace ZooPrune;

/// <summary>How the sensitivity of a visual token is computed.</summary>
public enum SensitivityMethod
{
    /// <summary>
    /// The cheapest that the projector allows: for an <see cref="IClosedFormProjector"/> what its
    /// <see cref="IClosedFormProjector.Cheapest"/> says (<see cref="ClosedForm"/> or <see cref="LowRankClosedForm"/>), otherwise
    /// <see cref="Sampled"/>.
    /// </summary>
    Auto,

    /// <summary>
    /// As published (ZOO-Prune, eq. 2-4): central differences along random directions, two projector passes a direction. Works with
    /// any projector.
    /// </summary>
    Sampled,

    /// <summary>
    /// The value of <see cref="Sampled"/> up to rounding, with one product by W2 a direction. Needs an
    /// <see cref="IClosedFormProjector"/>.
    /// </summary>
    SharedProduct,

    /// <summary>
    /// S_i = sqrt(d_i^T Q d_i / D): exact, no directions, no step size, no seed. Needs an <see cref="IClosedFormProjector"/>.
    /// </summary>
    ClosedForm,

    /// <summary>
    /// <see cref="ClosedForm"/> with Q replaced by its diagonal and R squares, R chosen by the error it makes in S
    /// (<see cref="IClosedFormProjector.LowRank"/>). Needs an <see cref="IClosedFormProjector"/> that has one.
    /// </summary>
    LowRankClosedForm,
}
