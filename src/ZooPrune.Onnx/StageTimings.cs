namespace ZooPrune.Onnx;

/// <summary>Wall-clock time of each stage of one answer. A stage that was not run is zero. Immutable.</summary>
public sealed record StageTimings
{
    /// <summary>Reading, decoding, resizing and normalising the image.</summary>
    public TimeSpan Preprocess { get; init; }

    /// <summary>The vision encoder: pixel values to visual tokens.</summary>
    public TimeSpan Encode { get; init; }

    /// <summary>Projection, sensitivity, selection and gathering. Without pruning: the projection alone.</summary>
    public TimeSpan Prune { get; init; }

    /// <summary>Building the prefix and the first pass of the language model over it; ends with the first token.</summary>
    public TimeSpan Prefill { get; init; }

    /// <summary>All decode steps after the first token.</summary>
    public TimeSpan Decode { get; init; }

    /// <summary>All stages together.</summary>
    public TimeSpan Total => Preprocess + Encode + Prune + Prefill + Decode;

    /// <summary>Of several images together.</summary>
    internal static StageTimings Sum(IEnumerable<StageTimings> timings) => timings.Aggregate(
        new StageTimings(),
        (sum, next) => new StageTimings
        {
            Preprocess = sum.Preprocess + next.Preprocess,
            Encode = sum.Encode + next.Encode,
            Prune = sum.Prune + next.Prune,
            Prefill = sum.Prefill + next.Prefill,
            Decode = sum.Decode + next.Decode,
        });
}
