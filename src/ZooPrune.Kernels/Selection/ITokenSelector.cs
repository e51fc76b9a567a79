namespace ZooPrune;

/// <summary>The second step of pruning: choose which tokens of an image, or of one of its tiles, stay.</summary>
/// <remarks>
/// Stateless; many threads may call it. A new method is one class of this kind and one line in <see cref="TokenSelector"/>.
/// </remarks>
internal interface ITokenSelector
{
    /// <summary>Whether <see cref="ScoredTokens.Sensitivity"/> has to be there.</summary>
    bool UsesSensitivity { get; }

    /// <summary>Whether the tiles of an image compete for one budget, instead of each having its share.</summary>
    bool JoinsTiles { get; }

    /// <summary>What a tile weighs when the remainder of a budget is given out: its sensitivity mass, or the method's own score.</summary>
    double Mass(in ScoredTokens tokens);

    /// <summary>Chooses tokens.</summary>
    /// <param name="tokens">The candidates.</param>
    /// <param name="order">
    /// Receives the chosen indices, distinct, counted within <paramref name="tokens"/>, in the order of choice; its length is K, 1
    /// to N.
    /// </param>
    void Select(in ScoredTokens tokens, Span<int> order);
}
