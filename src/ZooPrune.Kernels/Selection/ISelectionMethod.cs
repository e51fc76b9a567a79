namespace ZooPrune;

/// <summary>The second step of pruning: choose which tokens of an image, or of one of its tiles, stay.</summary>
/// <remarks>
/// A method of your own is one class of this kind, handed over in <see cref="PruningOptions.CustomSelection"/>; the methods that come
/// with ZooPrune are classes of this kind too. It must be deterministic, and must allow calls from several threads at once if its
/// pruner is used so: what a call needs comes with the call. docs/adding-a-selection-method.md has an example.
/// </remarks>
public interface ISelectionMethod
{
    /// <summary>Whether <see cref="ScoredTokens.Sensitivity"/> has to be there; computing it costs time.</summary>
    bool UsesSensitivity { get; }

    /// <summary>
    /// Whether <see cref="ScoredTokens.Scores"/> has to be there: the caller must then pass <see cref="PruningInput.Scores"/>. The
    /// default is false.
    /// </summary>
    bool UsesScores => false;

    /// <summary>
    /// What of the vision encoder's attention has to be there: the caller must then pass <see cref="PruningInput.Attention"/>. The default
    /// is nothing.
    /// </summary>
    AttentionParts UsesAttention => AttentionParts.None;

    /// <summary>Whether the tiles of an image compete for one budget, instead of each having its share (the default).</summary>
    bool JoinsTiles => false;

    /// <summary>
    /// What a tile weighs when the remainder of a budget is given out, one token each, to the heaviest tiles. The default is the sum of
    /// its sensitivities where the method uses them, else the sum of its scores, else 0.
    /// </summary>
    /// <param name="tokens">The candidates of the tile; 1 or more.</param>
    /// <returns>Any number but NaN.</returns>
    double Mass(in ScoredTokens tokens) =>
        UsesSensitivity ? DoubleSums.Sum(tokens.Sensitivity) : UsesScores ? DoubleSums.Sum(tokens.Scores) : 0;

    /// <summary>Chooses tokens.</summary>
    /// <param name="tokens">The candidates, 1 or more.</param>
    /// <param name="order">
    /// Receives the chosen candidates, each 0 to <see cref="ScoredTokens.Count"/> - 1 and none twice, in the order of choice; its length
    /// is K, 1 to <see cref="ScoredTokens.Count"/>. It is checked.
    /// </param>
    void Select(in ScoredTokens tokens, Span<int> order);
}
