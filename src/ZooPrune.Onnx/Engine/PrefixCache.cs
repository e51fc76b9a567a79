using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx;

/// <summary>
/// The language model's state after it has read the text before the image and the kept visual tokens, from which any number of
/// questions about the image go on. From
/// <see cref="VisionLanguageModel.CachePrefix(ReadOnlySpan{float}, IReadOnlyList{int}, ImageLayout)"/>.
/// </summary>
/// <remarks>Immutable; any number of threads may ask. Holds 2 x layers x (tokens read) x H floats until it is disposed.</remarks>
public sealed class PrefixCache : IDisposable
{
    internal PrefixCache(KvCache cache, int[] textBefore, ReadRows rows, long nextPosition, TimeSpan prefill)
    {
        Cache = cache;
        TextBefore = textBefore;
        Rows = rows;
        NextPosition = nextPosition;
        Prefill = prefill;
    }

    /// <summary>Rows that the image would have had without pruning: visual tokens, and separators where the model has them.</summary>
    public int VisualTokenCount => Rows.Layout.SequenceLength;

    /// <summary>[K], ascending; the visual tokens that were read.</summary>
    public IReadOnlyList<int> KeptIndices => Rows.KeptIndices;

    /// <summary>What reading took.</summary>
    public TimeSpan Prefill { get; }

    internal KvCache Cache { get; }

    internal ReadRows Rows { get; }

    internal int[] TextBefore { get; }

    internal long NextPosition { get; }

    /// <summary>Frees the state. Answers that were given stay usable.</summary>
    public void Dispose() => Cache.Dispose();
}
