namespace ZooPrune.Onnx;

/// <summary>Wall-clock time of each stage of one answer. A stage that was not run is zero. Immutable.</summary>
public sealed class StageTimings
{
    internal StageTimings(TimeSpan preprocess, TimeSpan encode, TimeSpan prune, TimeSpan prefill, TimeSpan decode)
    {
        Preprocess = preprocess;
        Encode = encode;
        Prune = prune;
        Prefill = prefill;
        Decode = decode;
    }

    /// <summary>Reading, decoding, resizing and normalising the image.</summary>
    public TimeSpan Preprocess { get; }

    /// <summary>The vision encoder: pixel values to visual tokens.</summary>
    public TimeSpan Encode { get; }

    /// <summary>Projection, sensitivity, selection and gathering. Without pruning: the projection alone.</summary>
    public TimeSpan Prune { get; }

    /// <summary>Building the prefix and the first pass of the language model over it; ends with the first token.</summary>
    public TimeSpan Prefill { get; }

    /// <summary>All decode steps after the first token.</summary>
    public TimeSpan Decode { get; }
}
