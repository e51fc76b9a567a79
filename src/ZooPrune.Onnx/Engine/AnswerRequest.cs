namespace ZooPrune.Onnx.Engine;

/// <summary>Visual tokens of an image that are projected and chosen. Immutable.</summary>
/// <param name="Tokens">Projected kept tokens, row-major [K, H].</param>
/// <param name="Indices">[K], ascending; flat indices in <paramref name="Layout"/>.</param>
/// <param name="Layout">Where the visual tokens of the image lie in the prompt.</param>
internal sealed record KeptImage(ReadOnlyMemory<float> Tokens, int[] Indices, ImageLayout Layout)
{
    /// <summary>Of an image whose tokens are read as they come.</summary>
    public KeptImage(ReadOnlyMemory<float> tokens, int[] indices, int visualTokenCount)
        : this(tokens, indices, ImageLayout.Plain(visualTokenCount))
    {
    }

    /// <summary>Rows that the language model reads: the kept tokens and the separators.</summary>
    public int RowCount => Indices.Length + Layout.NewlineCount;
}

/// <summary>A question that is ready for the language model. Immutable.</summary>
/// <param name="Generation">What is read and how the answer is chosen.</param>
/// <param name="Images">What is read of each image.</param>
/// <param name="Note">What the caller should know about the question, or null.</param>
internal sealed record AnswerRequest(GenerationRequest Generation, IReadOnlyList<ReadRows> Images, string? Note);

/// <summary>What was read of an image. Immutable.</summary>
/// <param name="KeptIndices">[K], ascending.</param>
/// <param name="Layout">Where its visual tokens lie in the prompt.</param>
internal sealed record ReadRows(int[] KeptIndices, ImageLayout Layout);
