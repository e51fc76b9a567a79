namespace ZooPrune;

/// <summary>Which visual tokens were kept, why, and their projected values.</summary>
/// <remarks>
/// Never changes, with one exception: what a prune with a <see cref="PruningWorkspace"/> returned is valid until that workspace is used
/// again.
/// </remarks>
public sealed class TokenSelection
{
    private readonly GrowingBuffer<int> _keptIndices = new();
    private readonly GrowingBuffer<int> _selectionOrder = new();
    private readonly GrowingBuffer<float> _sensitivity = new();
    private readonly GrowingBuffer<float> _keptTokens = new();

    internal TokenSelection()
    {
    }

    private TokenSelection(int tokenCount, int[] everyIndex, float[] projected)
    {
        TokenCount = tokenCount;
        _keptIndices = new(everyIndex);
        _selectionOrder = new([.. everyIndex]);
        _keptTokens = new(projected);
    }

    /// <summary>N, the number of visual tokens before pruning, protected ones included.</summary>
    public int TokenCount { get; private set; }

    /// <summary>
    /// [K], and the protected tokens; the positions of the kept tokens, ascending and distinct. With tiles: counted over all tiles.
    /// </summary>
    public ReadOnlySpan<int> KeptIndices => _keptIndices.Span;

    /// <summary>[K]; the same positions in the order in which they were chosen, tile after tile; protected tokens are not chosen.</summary>
    public ReadOnlySpan<int> SelectionOrder => _selectionOrder.Span;

    /// <summary>[N]; the sensitivity of every visual token, >= 0. Empty if the selection uses none.</summary>
    public ReadOnlySpan<float> Sensitivity => _sensitivity.Span;

    /// <summary>Row-major [kept, H]; the projected kept tokens, in the order of <see cref="KeptIndices"/>.</summary>
    public ReadOnlySpan<float> KeptTokens => _keptTokens.Span;

    /// <summary>
    /// How <see cref="Sensitivity"/> was computed, never <see cref="SensitivityMethod.Auto"/>; null if the selection uses none.
    /// </summary>
    public SensitivityMethod? SensitivityMethodUsed { get; internal set; }

    /// <summary>What could not be done as asked, for example "keep 700 of 576: all tokens kept"; otherwise null.</summary>
    public string? Note { get; internal set; }

    /// <summary>Everything kept, in order: what a model without pruning sees.</summary>
    /// <param name="projected">Row-major [N, H]; not copied, the selection owns it from here.</param>
    /// <param name="tokenCount">N.</param>
    /// <param name="note">Why everything is kept, where that was not asked for.</param>
    /// <returns>The selection; it has no sensitivity.</returns>
    internal static TokenSelection KeepAll(float[] projected, int tokenCount, string? note = null) =>
        new(tokenCount, [.. Enumerable.Range(0, tokenCount)], projected) { Note = note };

    /// <summary>
    /// The same selection among more tokens than could be chosen from: token i of what was pruned is token <c>indices[i]</c> there.
    /// </summary>
    /// <param name="indices">Ascending.</param>
    /// <param name="tokenCount">Tokens that there are; those that could not be chosen have the sensitivity 0.</param>
    internal void Renumber(ReadOnlySpan<int> indices, int tokenCount)
    {
        foreach (ref int index in _keptIndices.Take(KeptIndices.Length))
        {
            index = indices[index];
        }

        foreach (ref int index in _selectionOrder.Take(SelectionOrder.Length))
        {
            index = indices[index];
        }

        TokenCount = tokenCount;
        if (!Sensitivity.IsEmpty)
        {
            float[] given = Sensitivity.ToArray();
            Span<float> all = _sensitivity.Take(tokenCount);
            all.Clear();
            for (int i = 0; i < given.Length; i++)
            {
                all[indices[i]] = given[i];
            }
        }
    }

    /// <summary>One an image, to be filled; nobody else's.</summary>
    internal static TokenSelection[] New(int images)
    {
        TokenSelection[] selections = new TokenSelection[images];
        for (int image = 0; image < images; image++)
        {
            selections[image] = new TokenSelection();
        }

        return selections;
    }

    /// <summary>[K], to be filled.</summary>
    internal Span<int> TakeOrder(int length) => _selectionOrder.Take(length);

    /// <summary>[kept], to be filled.</summary>
    internal Span<int> TakeKeptIndices(int length) => _keptIndices.Take(length);

    /// <summary>Takes over what the selection needs of the image, and how it was scored.</summary>
    internal void Gather(in ScoredTokens tokens, ITokenScorer scorer)
    {
        TokenCount = tokens.Count;
        SensitivityMethodUsed = scorer.Method;
        Note ??= scorer.Note;
        tokens.Sensitivity.CopyTo(_sensitivity.Take(tokens.Sensitivity.Length));
        Span<float> rows = _keptTokens.Take(KeptIndices.Length * tokens.Width);
        for (int k = 0; k < KeptIndices.Length; k++)
        {
            tokens.Token(KeptIndices[k]).CopyTo(rows[(k * tokens.Width)..]);
        }
    }
}
