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

    private TokenSelection(int tokenCount, int[] keptIndices, int[] selectionOrder, float[] sensitivity, float[] keptTokens)
    {
        TokenCount = tokenCount;
        _keptIndices = new(keptIndices);
        _selectionOrder = new(selectionOrder);
        _sensitivity = new(sensitivity);
        _keptTokens = new(keptTokens);
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

    /// <summary>
    /// The same selection among more tokens than could be chosen from: token i of what was pruned is token <c>indices[i]</c> there.
    /// </summary>
    /// <param name="indices">[N], ascending, each below <paramref name="tokenCount"/>.</param>
    /// <param name="tokenCount">Tokens that there are; those that could not be chosen have the sensitivity 0.</param>
    /// <returns>A selection of its own.</returns>
    /// <exception cref="ArgumentException">There are not N indices, or they are not ascending and below the count.</exception>
    public TokenSelection Among(ReadOnlySpan<int> indices, int tokenCount)
    {
        int bad = FirstNotAscending(indices, tokenCount);
        if (indices.Length != TokenCount || bad >= 0)
        {
            throw Throw.CandidateIndices(indices.Length, TokenCount, bad, tokenCount, nameof(indices));
        }

        float[] sensitivity = new float[Sensitivity.IsEmpty ? 0 : tokenCount];
        for (int i = 0; i < Sensitivity.Length; i++)
        {
            sensitivity[indices[i]] = Sensitivity[i];
        }

        return new TokenSelection(
            tokenCount, Renumbered(KeptIndices, indices), Renumbered(SelectionOrder, indices), sensitivity, KeptTokens.ToArray())
        {
            SensitivityMethodUsed = SensitivityMethodUsed,
            Note = Note,
        };
    }

    /// <summary>Everything kept, in order: what a model without pruning sees.</summary>
    /// <param name="projected">Row-major [N, H]; not copied, the selection owns it from here.</param>
    /// <param name="tokenCount">N.</param>
    /// <param name="note">Why everything is kept, where that was not asked for.</param>
    /// <returns>The selection; it has no sensitivity.</returns>
    internal static TokenSelection KeepAll(float[] projected, int tokenCount, string? note = null)
    {
        int[] every = [.. Enumerable.Range(0, tokenCount)];
        return new TokenSelection(tokenCount, every, [.. every], [], projected) { Note = note };
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

    /// <summary>Puts merged rows in place of those of the chosen tokens; protected ones stay as they are.</summary>
    /// <param name="rows">Row-major [K, D or H], in the order of <see cref="SelectionOrder"/>.</param>
    /// <param name="sorted">Receives the same in the order of the positions.</param>
    /// <param name="projector">M, where the rows are not projected yet; otherwise null.</param>
    internal void Replace(ReadOnlySpan<float> rows, Span<float> sorted, IProjector? projector)
    {
        int count = SelectionOrder.Length;
        int width = rows.Length / count;
        int[] places = [.. Enumerable.Range(0, count)];
        SelectionOrder.ToArray().AsSpan().Sort(places.AsSpan());
        for (int k = 0; k < count; k++)
        {
            rows.Slice(places[k] * width, width).CopyTo(sorted[(k * width)..]);
        }

        int outputWidth = _keptTokens.Span.Length / KeptIndices.Length;
        Span<float> kept = _keptTokens.Span;
        ReadOnlySpan<float> projected = sorted;
        if (projector is not null)
        {
            float[] values = new float[count * outputWidth];
            projector.Project(sorted, values);
            projected = values;
        }

        for (int k = 0; k < count; k++)
        {
            int row = KeptIndices.BinarySearch(SelectionOrder[places[k]]);
            projected.Slice(k * outputWidth, outputWidth).CopyTo(kept[(row * outputWidth)..]);
        }
    }

    private static int[] Renumbered(ReadOnlySpan<int> places, ReadOnlySpan<int> indices)
    {
        int[] renumbered = new int[places.Length];
        for (int i = 0; i < renumbered.Length; i++)
        {
            renumbered[i] = indices[places[i]];
        }

        return renumbered;
    }

    private static int FirstNotAscending(ReadOnlySpan<int> indices, int tokenCount)
    {
        int previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] <= previous || indices[i] >= tokenCount)
            {
                return i;
            }

            previous = indices[i];
        }

        return -1;
    }
}
