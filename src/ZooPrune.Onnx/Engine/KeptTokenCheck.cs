namespace ZooPrune.Onnx.Engine;

/// <summary>Checks what a caller hands to the language model.</summary>
internal static class KeptTokenCheck
{
    /// <summary>A copy of the indices, after checking that they and the tokens fit each other.</summary>
    /// <param name="valueCount">Values of the kept tokens.</param>
    /// <param name="keptIndices">[K].</param>
    /// <param name="visualTokenCount">N.</param>
    /// <param name="width">H.</param>
    /// <exception cref="ArgumentNullException">The indices are null.</exception>
    /// <exception cref="ArgumentException">There is none, they are not ascending in 0..N-1, or there are not K x H values.</exception>
    public static int[] Indices(int valueCount, IReadOnlyList<int> keptIndices, int visualTokenCount, int width)
    {
        ArgumentNullException.ThrowIfNull(keptIndices);
        if (keptIndices.Count == 0 || valueCount != (long)keptIndices.Count * width)
        {
            throw Throw.KeptTokenLength(valueCount, keptIndices.Count, width);
        }

        int previous = -1;
        for (int k = 0; k < keptIndices.Count; k++)
        {
            int index = keptIndices[k];
            if (index <= previous || index >= visualTokenCount)
            {
                throw Throw.KeptIndexWrong(k, index, previous, visualTokenCount);
            }

            previous = index;
        }

        return [.. keptIndices];
    }

    /// <summary>A copy of what a caller hands over, after checking that its parts fit each other.</summary>
    /// <exception cref="ArgumentNullException">The indices or the layout are null.</exception>
    /// <exception cref="ArgumentException">As <see cref="Indices"/>, or an index is one that the layout leaves out.</exception>
    public static KeptImage Image(ReadOnlySpan<float> keptTokens, IReadOnlyList<int> keptIndices, ImageLayout layout, int width)
    {
        ArgumentNullException.ThrowIfNull(layout);
        int[] indices = Indices(keptTokens.Length, keptIndices, layout.TokenCount, width);
        foreach (int index in indices)
        {
            if (!layout.TakesAll && Array.BinarySearch(layout.Candidates, index) < 0)
            {
                throw Throw.KeptIndexPadding(index);
            }
        }

        return new KeptImage(keptTokens.ToArray(), indices, layout);
    }

    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static void NewTokens(int maxNewTokens)
    {
        if (maxNewTokens < 1)
        {
            throw Throw.NewTokensBelowOne(maxNewTokens);
        }
    }
}
