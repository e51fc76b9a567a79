using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>An answer and the time of reading the pictures, which the model was not asked to do.</summary>
/// <param name="Answer">What the model said.</param>
/// <param name="Preprocess">Reading, decoding, resizing and normalising the pictures.</param>
internal sealed record GivenAnswer(VisionAnswer Answer, TimeSpan Preprocess)
{
    /// <summary>Names and times of the stages, in their order, and of all together.</summary>
    public IReadOnlyList<(string Name, TimeSpan Time)> Stages { get; } =
    [
        ("preprocess", Preprocess),
        ("encode", Answer.Timings.Encode),
        ("prune", Answer.Timings.Prune),
        ("prefill", Answer.Timings.Prefill),
        ("decode", Answer.Timings.Decode),
        ("together", Preprocess + Answer.Timings.Encode + Answer.Timings.Prune + Answer.Timings.Prefill + Answer.Timings.Decode),
    ];
}
