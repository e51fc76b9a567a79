namespace ZooPrune;

/// <summary>What one call prunes: the visual tokens of one image or of several, and what the caller knows about them.</summary>
/// <remarks>Views the caller's memory and copies nothing. It is checked when it is used.</remarks>
public readonly ref struct PruningInput
{
    /// <summary>Describes the tokens.</summary>
    /// <param name="visualTokens">X, row-major [N, D]: the tokens of the first tile, then those of the second, and so on.</param>
    /// <param name="tileLengths">The number of tokens of each tile, each at least 1; N is their sum. One tile: <c>[N]</c>.</param>
    public PruningInput(ReadOnlySpan<float> visualTokens, ReadOnlySpan<int> tileLengths)
    {
        VisualTokens = visualTokens;
        TileLengths = tileLengths;
    }

    /// <summary>X, row-major [N, D]: all images and tiles, one after the other.</summary>
    public ReadOnlySpan<float> VisualTokens { get; }

    /// <summary>The number of tokens of each tile.</summary>
    public ReadOnlySpan<int> TileLengths { get; }

    /// <summary>
    /// How many tiles each image has, each at least 1; they sum up to the number of tiles. Empty (the default): all tiles are of one
    /// image.
    /// </summary>
    public ReadOnlySpan<int> TilesPerImage { get; init; }

    /// <summary>A budget for each image. Empty (the default): <see cref="PruningOptions.Keep"/> for each of them.</summary>
    public ReadOnlySpan<KeepBudget> Budgets { get; init; }

    /// <summary>
    /// Tokens that are always kept, ascending, counted over <see cref="VisualTokens"/> from 0: row-end embeddings, for example. They
    /// are projected and kept on top of the budget, but never compete: no minimum, mean, cosine or share of a budget sees them.
    /// </summary>
    public ReadOnlySpan<int> ProtectedTokens { get; init; }

    /// <summary>
    /// [N]; what the caller knows about each token, for methods that use it: relevance for <see cref="CdPrunerSelector"/>, attention
    /// for <see cref="TopScoreSelector"/>. Finite. Empty (the default) if the method uses none.
    /// </summary>
    public ReadOnlySpan<float> Scores { get; init; }

    /// <summary>
    /// Of as many tokens; what the vision encoder's attention says about them, for methods that use it (VisionZip, HiRED and others). A
    /// VisionLanguageModel reads it out of the encoder. Null (the default) if the method uses none.
    /// </summary>
    public EncoderAttention? Attention { get; init; }

    internal int ImageCount => TilesPerImage.IsEmpty ? 1 : TilesPerImage.Length;

    /// <summary>N.</summary>
    internal int TokenCount => Sum(TileLengths);

    /// <summary>The place of the first token among all tokens of the call: 0 unless this is one image of it.</summary>
    internal int First { get; private init; }

    /// <summary>One image of a checked call; its protected tokens are counted over the whole call.</summary>
    internal PruningInput Image(int image)
    {
        if (TilesPerImage.IsEmpty)
        {
            return this;
        }

        int firstTile = Sum(TilesPerImage[..image]);
        int first = Sum(TileLengths[..firstTile]);
        ReadOnlySpan<int> tileLengths = TileLengths.Slice(firstTile, TilesPerImage[image]);
        int count = Sum(tileLengths);
        int width = VisualTokens.Length / TokenCount;
        return new PruningInput(VisualTokens.Slice(first * width, count * width), tileLengths)
        {
            First = first,
            Budgets = Budgets.IsEmpty ? [] : Budgets.Slice(image, 1),
            ProtectedTokens = ProtectedTokens[PlaceOf(first, ProtectedTokens)..PlaceOf(first + count, ProtectedTokens)],
            Scores = Scores.IsEmpty ? [] : Scores.Slice(first, count),
            Attention = Attention,
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
