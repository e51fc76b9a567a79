namespace ZooPrune;

/// <summary>A selection that merges: what the language model reads at a kept place is made of several tokens.</summary>
/// <remarks>
/// Each kept place is that of a token (the dominant one, or the centre of a cluster), so that budgets, tiles and positions are those of
/// every other selection; <see cref="TokenSelection.KeptTokens"/> holds the merged rows.
/// </remarks>
public interface ITokenReducer : ISelectionMethod
{
    /// <summary>Whether visual tokens are merged, and the result is projected; otherwise projected tokens are merged.</summary>
    bool MergesBeforeProjector { get; }

    /// <summary>Chooses places and fills them.</summary>
    /// <param name="tokens">The candidates, 1 or more.</param>
    /// <param name="order">As in <see cref="ISelectionMethod.Select"/>.</param>
    /// <param name="rows">
    /// Row-major [K, D], or [K, H] where projected tokens are merged; receives what stands at each place of <paramref name="order"/>.
    /// </param>
    void Reduce(in ScoredTokens tokens, Span<int> order, Span<float> rows);

    /// <summary>The places alone.</summary>
    /// <param name="tokens">As in <see cref="Reduce"/>.</param>
    /// <param name="order">As in <see cref="Reduce"/>.</param>
    void ISelectionMethod.Select(in ScoredTokens tokens, Span<int> order) =>
        Reduce(tokens, order, new float[order.Length * (MergesBeforeProjector ? tokens.VisualTokens.Length / tokens.Count : tokens.Width)]);
}
