using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Shell;

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

/// <summary>Options that mean the same in every program.</summary>
internal static class ModelSwitches
{
    /// <summary>--method.</summary>
    public static Option<SelectionMethod> Method { get; } = TypedOption.Choice(
        "--method", "NAME", $"How they are chosen: {Names.Methods}. Default: zooprune.", Names.Methods);

    /// <summary>--positions.</summary>
    public static Option<PositionMode> Positions { get; } = TypedOption.Choice(
        "--positions",
        "MODE",
        $"Positions of the kept tokens: {Names.Positions}. Default: auto, which is the model's own.",
        Names.Positions);

    /// <summary>--device.</summary>
    public static Option<Device> Device { get; } = TypedOption.Create(
        "--device",
        "NAME",
        "Where the model runs: cpu (default), cuda, cuda:1 or the name of an execution provider. What is not cpu needs a build of the tool "
            + "with ONNX Runtime for it.",
        text => Onnx.Device.TryParse(text, null, out Device? device)
            ? device
            : throw Throw.BadOption("--device", text, "cpu, cuda, cuda:1 or the name of an execution provider"),
        Onnx.Device.Cpu);

    /// <summary>--exif-orientation.</summary>
    public static Option<bool> ExifOrientation { get; } = TypedOption.Switch(
        "--exif-orientation",
        "Turn and mirror pictures as their EXIF orientation asks. "
            + "Default: pixels as they are stored; transformers' image processors ignore orientation too.");

    /// <summary>--max-image-pixels.</summary>
    public static Option<long> MaxImagePixels { get; } = MaxImagePixelsOr(new VisionLanguageModelOptions().MaxImagePixels);

    /// <summary>--max-image-pixels for a program with a limit of its own.</summary>
    /// <param name="usual">The limit where nothing was typed.</param>
    public static Option<long> MaxImagePixelsOr(long usual) => TypedOption.Create(
        "--max-image-pixels",
        "N",
        "Largest picture that is decoded, width times height; a larger one is an error.",
        text => TypedOption.ParseNumber("--max-image-pixels", text, 1L),
        usual);

    /// <summary>How the model is to run, as far as these options tell.</summary>
    public static VisionLanguageModelOptions Read(ParseResult line) => new()
    {
        Positions = line.GetValue(Positions),
        ApplyExifOrientation = line.GetValue(ExifOrientation),
        MaxImagePixels = line.GetValue(MaxImagePixels),
    };
}
