namespace ZooPrune;

/// <summary>Runs a selection tile by tile.</summary>
internal static class TileSelection
{
    /// <summary>Chooses K tokens, each tile its share.</summary>
    /// <param name="selector">The method.</param>
    /// <param name="projected">Z, row-major [N, H], tile after tile.</param>
    /// <param name="sensitivity">S, [N], or empty.</param>
    /// <param name="tileLengths">Tokens of each tile.</param>
    /// <param name="keep">K, 1 to N.</param>
    /// <param name="note">Says which tiles were smaller than an even share; otherwise null.</param>
    /// <returns>[K]; indices over all tiles, in the order of choice, tile after tile.</returns>
    public static int[] Select(
        ITokenSelector selector, float[] projected, float[] sensitivity, ReadOnlySpan<int> tileLengths, int keep, out string? note)
    {
        int[] firsts = new int[tileLengths.Length];
        double[] masses = new double[tileLengths.Length];
        int count = 0;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            firsts[tile] = count;
            count += tileLengths[tile];
        }

        int width = projected.Length / count;
        for (int tile = 0; tileLengths.Length > 1 && tile < tileLengths.Length; tile++)
        {
            masses[tile] = selector.Mass(Tile(projected, sensitivity, firsts[tile], tileLengths[tile], width));
        }

        int[] shares = TileBudget.Share(tileLengths, masses, keep);
        int[] order = new int[keep];
        int filled = 0;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            Span<int> chosen = order.AsSpan(filled, shares[tile]);
            if (shares[tile] > 0)
            {
                selector.Select(Tile(projected, sensitivity, firsts[tile], tileLengths[tile], width), chosen);
                foreach (ref int index in chosen)
                {
                    index += firsts[tile];
                }
            }

            filled += shares[tile];
        }

        note = Note(tileLengths, keep);
        return order;
    }

    private static ScoredTokens Tile(float[] projected, float[] sensitivity, int first, int length, int width) => new(
        projected.AsSpan(first * width, length * width),
        sensitivity.Length == 0 ? [] : sensitivity.AsSpan(first, length),
        length,
        first);

    private static string? Note(ReadOnlySpan<int> tileLengths, int keep)
    {
        List<string> parts = [];
        int evenShare = keep / tileLengths.Length;
        for (int tile = 0; tile < tileLengths.Length; tile++)
        {
            if (tileLengths[tile] < evenShare)
            {
                parts.Add(
                    $"tile {tile} has {tileLengths[tile]} tokens, fewer than its share of {evenShare}: "
                    + "all of them kept, the rest given to other tiles");
            }
        }

        return parts.Count == 0 ? null : string.Join("; ", parts);
    }
}
