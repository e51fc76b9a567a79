namespace ZooPrune.Onnx;

/// <summary>An answer and what it took. Immutable.</summary>
public sealed class VisionAnswer
{
    private readonly IReadOnlyList<ReadRows> _images;

    /// <summary>An answer that no model of this package gave: for tests of code that takes answers, and for whatever else stands behind an
    /// interface of one's own. Without images, tokens and times, ended by itself; initialisers set the rest.</summary>
    /// <param name="text">The answer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public VisionAnswer(string text)
        : this(text ?? throw new ArgumentNullException(nameof(text)), [], FinishReason.Stop, 0, [], new StageTimings(), null)
    {
    }

    internal VisionAnswer(
        string text,
        IReadOnlyList<int> tokenIds,
        FinishReason finishReason,
        int promptTokenCount,
        IReadOnlyList<ReadRows> images,
        StageTimings timings,
        string? note)
    {
        Text = text;
        TokenIds = tokenIds;
        FinishReason = finishReason;
        PromptTokenCount = promptTokenCount;
        _images = images;
        VisualTokenCount = images.Sum(image => image.Layout.SequenceLength);
        KeptTokenCount = images.Sum(image => image.RowCount);
        KeptIndices = images is [var only] ? only.KeptIndices : [.. FlatIndices(images)];
        Timings = timings;
        Note = note;
    }

    /// <summary>The generated text without special tokens.</summary>
    public string Text { get; }

    /// <summary>What the language model would read of all images without pruning: N visual tokens, and for LLaVA-NeXT the embeddings
    /// image_newline between them.</summary>
    public int VisualTokenCount { get; init; }

    /// <summary>What it did read: K visual tokens, and for LLaVA-NeXT all embeddings image_newline, which no budget counts.</summary>
    public int KeptTokenCount { get; init; }

    /// <summary>Time of each stage.</summary>
    public StageTimings Timings { get; init; }

    /// <summary>[K], ascending; which of the visual tokens that the encoder gave were kept (tile * N + token where there are tiles). With
    /// several images those of the second are counted on from those of the first.</summary>
    public IReadOnlyList<int> KeptIndices { get; init; }

    /// <summary>The generated token ids; the last is the end token unless the answer was cut off.</summary>
    public IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>Why the answer ended.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>Tokens that the language model read before it answered: text and kept visual tokens.</summary>
    public int PromptTokenCount { get; init; }

    /// <summary>What the caller should know and did not ask for ("keep 700 of 576: all tokens kept", words that the
    /// vocabulary lacks); null when there is nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The same answer with the stages before the language model filled in.</summary>
    internal VisionAnswer With(StageTimings before) => new(
        Text,
        TokenIds,
        FinishReason,
        PromptTokenCount,
        _images,
        before with { Prefill = Timings.Prefill, Decode = Timings.Decode },
        Note);

    private static IEnumerable<int> FlatIndices(IReadOnlyList<ReadRows> images)
    {
        int start = 0;
        foreach (ReadRows image in images)
        {
            foreach (int index in image.KeptIndices)
            {
                yield return start + index;
            }

            start += image.Layout.TokenCount;
        }
    }
}
