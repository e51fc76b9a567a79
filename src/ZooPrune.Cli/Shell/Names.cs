using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>What things are called on the command line.</summary>
internal static class Names
{
    /// <summary>How kept tokens are chosen.</summary>
    public static Choices<SelectionMethod> Methods { get; } = new(
        ("zooprune", SelectionMethod.ZooPrune),
        ("divprune", SelectionMethod.DivPrune),
        ("sensitivity", SelectionMethod.Sensitivity),
        ("norm", SelectionMethod.Norm),
        ("uniform", SelectionMethod.Uniform),
        ("random", SelectionMethod.Random));

    /// <summary>Which of a model's graphs are run.</summary>
    public static Choices<ModelPrecision> Precisions { get; } = new(
        ("auto", ModelPrecision.Auto),
        ("float32", ModelPrecision.Float32),
        ("float16", ModelPrecision.Float16),
        ("q8", ModelPrecision.Q8),
        ("q4", ModelPrecision.Q4),
        ("q4f16", ModelPrecision.Q4F16));

    /// <summary>Which positions kept tokens get.</summary>
    public static Choices<PositionMode> Positions { get; } = new(
        ("auto", PositionMode.Auto),
        ("compact", PositionMode.Compact),
        ("original", PositionMode.KeepOriginal));
}
