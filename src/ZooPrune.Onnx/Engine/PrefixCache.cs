using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx;

/// <summary>
/// The language model's state after it has read the text before the image and the kept visual tokens, from which any number of
/// questions about the image go on. From
/// <see cref="VisionLanguageModel.CachePrefix(PrunedImage, CancellationToken)"/>.
/// </summary>
/// <remarks>Immutable; any number of threads may ask. Holds 2 x layers x (tokens read) x H floats until it is disposed.</remarks>
public sealed class PrefixCache : IDisposable
{
    internal PrefixCache(KvCache cache, int[] textBefore, PrunedImage image, long nextPosition, TimeSpan prefill)
    {
        Cache = cache;
        TextBefore = textBefore;
        Image = image;
        NextPosition = nextPosition;
        Prefill = prefill;
    }

    /// <summary>Rows that the image would have had without pruning: visual tokens, and separators where the model has them.</summary>
    public int VisualTokenCount => Image.VisualTokenCount;

    /// <summary>[K], ascending; the visual tokens that were read.</summary>
    public IReadOnlyList<int> KeptIndices => Image.KeptIndices;

    /// <summary>What reading took.</summary>
    public TimeSpan Prefill { get; }

    internal KvCache Cache { get; }

    internal PrunedImage Image { get; }

    internal int[] TextBefore { get; }

    internal long NextPosition { get; }

    /// <summary>Frees the state. Answers that were given stay usable.</summary>
    public void Dispose() => Cache.Dispose();
}
