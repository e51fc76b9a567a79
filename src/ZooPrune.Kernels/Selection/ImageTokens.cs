namespace ZooPrune;

/// <summary>One image of a call, after it was scored.</summary>
internal readonly ref struct ImageTokens
{
    private ImageTokens(int first, int count)
    {
        First = first;
        Count = count;
    }

    /// <summary>The place of its first token among all tokens of the call.</summary>
    public int First { get; }

    /// <summary>N, protected tokens included.</summary>
    public int Count { get; }

    /// <summary>Z, row-major [N, H].</summary>
    public ReadOnlySpan<float> Projected { get; private init; }

    /// <summary>S, [N], or empty.</summary>
    public ReadOnlySpan<float> Sensitivity { get; private init; }

    /// <summary>[N], or empty.</summary>
    public ReadOnlySpan<float> Scores { get; private init; }

    /// <summary>Ascending, counted over the whole call.</summary>
    public ReadOnlySpan<int> ProtectedTokens { get; private init; }

    public ReadOnlySpan<int> TileLengths { get; private init; }

    public KeepBudget Keep { get; private init; }

    /// <summary>Cuts one image out of a call.</summary>
    /// <param name="input">The call; checked.</param>
    /// <param name="image">Which image.</param>
    /// <param name="projected">Z of the whole call.</param>
    /// <param name="sensitivity">S of the whole call, or empty.</param>
    /// <param name="keep">The budget of an image that has none of its own.</param>
    public static ImageTokens Of(
        in PruningInput input, int image, ReadOnlySpan<float> projected, ReadOnlySpan<float> sensitivity, KeepBudget keep)
    {
        int firstTile = input.TilesPerImage.IsEmpty ? 0 : Sum(input.TilesPerImage[..image]);
        int tiles = input.TilesPerImage.IsEmpty ? input.TileLengths.Length : input.TilesPerImage[image];
        int first = Sum(input.TileLengths[..firstTile]);
        int count = Sum(input.TileLengths.Slice(firstTile, tiles));
        int width = projected.Length / Sum(input.TileLengths);
        return new ImageTokens(first, count)
        {
            Projected = projected.Slice(first * width, count * width),
            Sensitivity = sensitivity.IsEmpty ? [] : sensitivity.Slice(first, count),
            Scores = input.Scores.IsEmpty ? [] : input.Scores.Slice(first, count),
            ProtectedTokens = input.ProtectedTokens[PlaceOf(first, input.ProtectedTokens)..PlaceOf(first + count, input.ProtectedTokens)],
            TileLengths = input.TileLengths.Slice(firstTile, tiles),
            Keep = input.Budgets.IsEmpty ? keep : input.Budgets[image],
        };
    }

    private static int PlaceOf(int token, ReadOnlySpan<int> ascending)
    {
        int place = ascending.BinarySearch(token);
        return place < 0 ? ~place : place;
    }

    private static int Sum(ReadOnlySpan<int> lengths)
    {
        int sum = 0;
        foreach (int length in lengths)
        {
            sum += length;
        }

        return sum;
    }
}
