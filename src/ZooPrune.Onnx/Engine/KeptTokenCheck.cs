namespace ZooPrune.Onnx.Engine;

/// <summary>Checks what a caller hands to the language model.</summary>
internal static class KeptTokenCheck
{
    /// <summary>A copy of the indices, after checking that they, the tokens and the layout fit each other.</summary>
    /// <param name="valueCount">Values of the kept tokens.</param>
    /// <param name="keptIndices">[K].</param>
    /// <param name="layout">Where the visual tokens lie.</param>
    /// <exception cref="ArgumentNullException">The indices or the layout are null.</exception>
    /// <exception cref="ArgumentException">There is none, they are not ascending in 0..N-1, an index is one that the layout leaves out,
    /// or the values are not as many for each.</exception>
    public static int[] Indices(int valueCount, IReadOnlyList<int> keptIndices, ImageLayout layout)
    {
        ArgumentNullException.ThrowIfNull(keptIndices);
        ArgumentNullException.ThrowIfNull(layout);
        if (keptIndices.Count == 0 || valueCount == 0 || valueCount % keptIndices.Count != 0)
        {
            throw Throw.KeptTokenLength(valueCount, keptIndices.Count);
        }

        int previous = -1;
        for (int k = 0; k < keptIndices.Count; k++)
        {
            int index = keptIndices[k];
            if (index <= previous || index >= layout.TokenCount)
            {
                throw Throw.KeptIndexWrong(k, index, previous, layout.TokenCount);
            }

            if (!layout.CanKeep(index))
            {
                throw Throw.KeptIndexPadding(index);
            }

            previous = index;
        }

        return [.. keptIndices];
    }

    /// <summary>Whether the language model can read the images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="width">H.</param>
    /// <param name="model">Fingerprint of the model.</param>
    /// <exception cref="ArgumentException">An image is of another model.</exception>
    public static void Images(IEnumerable<PrunedImage> images, int width, string model)
    {
        foreach (PrunedImage image in images)
        {
            if (image.Width != width)
            {
                throw Throw.KeptTokenWidth(image.Width, width);
            }

            if (image.Model is not null && image.Model != model)
            {
                throw Throw.PrunedImageOfAnother();
            }
        }
    }
}
