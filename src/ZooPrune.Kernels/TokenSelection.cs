namespace ZooPrune;

/// <summary>Which visual tokens were kept, why, and their projected values. Immutable.</summary>
public sealed class TokenSelection
{
    private readonly int[] _keptIndices;
    private readonly int[] _selectionOrder;
    private readonly float[] _sensitivity;
    private readonly float[] _keptTokens;

    internal TokenSelection(int tokenCount, int[] keptIndices, int[] selectionOrder, float[] sensitivity, float[] keptTokens)
    {
        TokenCount = tokenCount;
        _keptIndices = keptIndices;
        _selectionOrder = selectionOrder;
        _sensitivity = sensitivity;
        _keptTokens = keptTokens;
    }

    /// <summary>N, the number of visual tokens before pruning.</summary>
    public int TokenCount { get; }

    /// <summary>[K]; the positions of the kept tokens, ascending and distinct. With tiles: counted over all tiles.</summary>
    public ReadOnlySpan<int> KeptIndices => _keptIndices;

    /// <summary>[K]; the same positions in the order in which they were chosen, tile after tile.</summary>
    public ReadOnlySpan<int> SelectionOrder => _selectionOrder;

    /// <summary>[N]; the sensitivity of every visual token, >= 0. Empty if the selection uses none.</summary>
    public ReadOnlySpan<float> Sensitivity => _sensitivity;

    /// <summary>Row-major [K, H]; the projected kept tokens, in the order of <see cref="KeptIndices"/>.</summary>
    public ReadOnlySpan<float> KeptTokens => _keptTokens;

    /// <summary>
    /// How <see cref="Sensitivity"/> was computed, never <see cref="SensitivityMethod.Auto"/>; null if the selection uses none.
    /// </summary>
    public SensitivityMethod? SensitivityMethodUsed { get; internal init; }

    /// <summary>What could not be done as asked, for example "keep 700 of 576: all tokens kept"; otherwise null.</summary>
    public string? Note { get; internal init; }

    /// <summary>Everything kept, in order: what a model without pruning sees.</summary>
    /// <param name="projected">Row-major [N, H]; not copied, the selection owns it from here.</param>
    /// <param name="tokenCount">N.</param>
    /// <param name="note">Why everything is kept, where that was not asked for.</param>
    /// <returns>The selection; it has no sensitivity.</returns>
    internal static TokenSelection KeepAll(float[] projected, int tokenCount, string? note = null)
    {
        int[] everyIndex = [.. Enumerable.Range(0, tokenCount)];
        return new TokenSelection(tokenCount, everyIndex, everyIndex, [], projected) { Note = note };
    }
}
