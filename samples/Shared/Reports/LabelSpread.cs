namespace ZooPrune.Samples;

/// <summary>Moves labels apart that would lie on each other, as little as possible.</summary>
internal static class LabelSpread
{
    /// <summary>Positions at least <paramref name="distance"/> apart, in the order of the wishes.</summary>
    /// <param name="wishes">Where each label would like to be.</param>
    /// <param name="distance">How far apart two labels must be.</param>
    /// <param name="least">No label is above this.</param>
    /// <param name="most">No label is below this, if they all fit.</param>
    /// <returns>One position a wish, in the same places of the list; ties keep the order of the list.</returns>
    public static IReadOnlyList<double> Of(IReadOnlyList<double> wishes, double distance, double least, double most)
    {
        int[] order = [.. Enumerable.Range(0, wishes.Count).OrderBy(index => wishes[index])];

        // Labels that touch form a block, which sits where its members would be happiest on average.
        List<(double Sum, int Count)> blocks = [];
        for (int place = 0; place < order.Length; place++)
        {
            blocks.Add((wishes[order[place]], 1));
            while (blocks.Count > 1 && Top(blocks[^1]) < Top(blocks[^2]) + (blocks[^2].Count * distance))
            {
                (double sum, int count) = blocks[^1];
                (double sumBefore, int countBefore) = blocks[^2];
                blocks.RemoveAt(blocks.Count - 1);

                // The members below the first wish to be that much higher.
                blocks[^1] = (sumBefore + sum - (count * countBefore * distance), countBefore + count);
            }
        }

        double[] positions = new double[wishes.Count];
        int next = 0;
        foreach ((double Sum, int Count) block in blocks)
        {
            for (int member = 0; member < block.Count; member++)
            {
                positions[order[next++]] = Top(block) + (member * distance);
            }
        }

        return positions;

        // Sum holds the wishes for the block's first member; a block stays inside, at the upper end if it is too long.
        double Top((double Sum, int Count) block) =>
            Math.Max(least, Math.Min(block.Sum / block.Count, most - ((block.Count - 1) * distance)));
    }
}
