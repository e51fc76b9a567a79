namespace ZooPrune.Onnx;

/// <summary>
/// The language model's state after it has read the text before the image and the kept visual tokens, from which any number of
/// questions about the image go on. From <see cref="VisionLanguageModel.ReadImage"/>.
/// </summary>
/// <remarks>Immutable; any number of threads may ask. Holds 2 x layers x (tokens read) x H floats until it is disposed.</remarks>
public sealed class ImageContext : IDisposable
{
    internal ImageContext(KvCache cache, int[] textBefore, int[] keptIndices, int visualTokenCount, long nextPosition, TimeSpan prefill)
    {
        Cache = cache;
        TextBefore = textBefore;
        KeptIndices = keptIndices;
        VisualTokenCount = visualTokenCount;
        NextPosition = nextPosition;
        Prefill = prefill;
    }

    /// <summary>N before pruning.</summary>
    public int VisualTokenCount { get; }

    /// <summary>[K], ascending; the visual tokens that were read.</summary>
    public IReadOnlyList<int> KeptIndices { get; }

    /// <summary>What reading took.</summary>
    public TimeSpan Prefill { get; }

    internal KvCache Cache { get; }

    internal int[] TextBefore { get; }

    internal long NextPosition { get; }

    /// <summary>Frees the state. Answers that were given stay usable.</summary>
    public void Dispose() => Cache.Dispose();
}
