namespace ZooPrune.Onnx;

/// <summary>An answer and what it took. Immutable.</summary>
public sealed class VisionAnswer
{
    internal VisionAnswer(
        string text,
        IReadOnlyList<int> tokenIds,
        int visualTokenCount,
        IReadOnlyList<int> keptIndices,
        StageTimings timings,
        string? note)
    {
        Text = text;
        TokenIds = tokenIds;
        VisualTokenCount = visualTokenCount;
        KeptIndices = keptIndices;
        Timings = timings;
        Note = note;
    }

    /// <summary>The generated text without special tokens.</summary>
    public string Text { get; }

    /// <summary>N, the visual tokens that the encoder gave.</summary>
    public int VisualTokenCount { get; }

    /// <summary>K, the visual tokens that the language model saw.</summary>
    public int KeptTokenCount => KeptIndices.Count;

    /// <summary>Time of each stage.</summary>
    public StageTimings Timings { get; }

    /// <summary>[K], ascending; which of the N visual tokens were kept (tile * N + token where there are tiles).</summary>
    public IReadOnlyList<int> KeptIndices { get; }

    /// <summary>The generated token ids; the last is the end token unless the answer was cut off.</summary>
    public IReadOnlyList<int> TokenIds { get; }

    /// <summary>What the caller should know and did not ask for ("keep 700 of 576: all tokens kept", words that the
    /// vocabulary lacks); null when there is nothing.</summary>
    public string? Note { get; }

    /// <summary>The same answer with the stages before the language model filled in.</summary>
    internal VisionAnswer With(TimeSpan preprocess, TimeSpan encode, TimeSpan prune, string? note) => new(
        Text,
        TokenIds,
        VisualTokenCount,
        KeptIndices,
        new StageTimings(preprocess, encode, prune, Timings.Prefill, Timings.Decode),
        note is null || Note is null ? note ?? Note : $"{note}; {Note}");
}
