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
