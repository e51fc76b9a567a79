namespace ZooPrune;

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
