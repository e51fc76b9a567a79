namespace ZooPrune;

/// <summary>The candidates of one image or tile.</summary>
internal readonly ref struct ScoredTokens
{
    /// <summary>Joins what is known about N tokens.</summary>
    /// <param name="projected">Z, row-major [N, H].</param>
    /// <param name="sensitivity">S, [N], or empty.</param>
    /// <param name="count">N.</param>
    /// <param name="first">The place of the first of them among all tokens of the image.</param>
    public ScoredTokens(ReadOnlySpan<float> projected, ReadOnlySpan<float> sensitivity, int count, int first)
    {
        Projected = projected;
        Sensitivity = sensitivity;
        Count = count;
        First = first;
    }

    public ReadOnlySpan<float> Projected { get; }

    public ReadOnlySpan<float> Sensitivity { get; }

    public int Count { get; }

    public int First { get; }

    public int Width => Projected.Length / Count;
}
