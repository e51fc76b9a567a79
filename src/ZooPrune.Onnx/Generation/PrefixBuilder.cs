namespace ZooPrune.Onnx;

/// <summary>A stretch of input for the language model. Immutable.</summary>
/// <param name="Embeddings">Row-major [T, H].</param>
/// <param name="Positions">[T].</param>
/// <param name="NextPosition">Position of the token that follows.</param>
internal sealed record Prefix(float[] Embeddings, long[] Positions, long NextPosition)
{
    /// <summary>This stretch and one that goes on from it.</summary>
    public Prefix Then(Prefix next) =>
        new([.. Embeddings, .. next.Embeddings], [.. Positions, .. next.Positions], next.NextPosition);
}

/// <summary>Text before the image, kept visual tokens, text after: embeddings and positions. Stateless.</summary>
internal static class PrefixBuilder
{
    /// <summary>The text before the image, and the image.</summary>
    /// <param name="before">Embeddings of the text before the image, [B, H].</param>
    /// <param name="keptTokens">Projected kept tokens, [K, H].</param>
    /// <param name="keptIndices">[K], ascending, each below <paramref name="visualTokenCount"/>.</param>
    /// <param name="visualTokenCount">N.</param>
    /// <param name="positions">Compact: kept token k has position B + k. KeepOriginal: B + its index.</param>
    /// <param name="width">H.</param>
    public static Prefix Image(
        ReadOnlySpan<float> before,
        ReadOnlySpan<float> keptTokens,
        IReadOnlyList<int> keptIndices,
        int visualTokenCount,
        PositionMode positions,
        int width)
    {
        int textLength = before.Length / width;
        int kept = keptIndices.Count;
        bool keepsGaps = positions == PositionMode.KeepOriginal;
        long[] numbers = new long[textLength + kept];
        for (int i = 0; i < textLength; i++)
        {
            numbers[i] = i;
        }

        for (int k = 0; k < kept; k++)
        {
            numbers[textLength + k] = textLength + (keepsGaps ? keptIndices[k] : k);
        }

        return new Prefix([.. before, .. keptTokens], numbers, textLength + (keepsGaps ? visualTokenCount : kept));
    }

    /// <summary>Text that goes on from a position.</summary>
    /// <param name="text">Embeddings of the text, [A, H].</param>
    /// <param name="start">Position of its first token.</param>
    /// <param name="width">H.</param>
    public static Prefix Text(float[] text, long start, int width)
    {
        long[] numbers = new long[text.Length / width];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = start + i;
        }

        return new Prefix(text, numbers, start + numbers.Length);
    }
}
