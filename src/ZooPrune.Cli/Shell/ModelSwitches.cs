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
        ("random", SelectionMethod.Random),
        ("fastervlm", SelectionMethod.FasterVlm),
        ("visionzip", SelectionMethod.VisionZip),
        ("hired", SelectionMethod.HiRed),
        ("prumerge", SelectionMethod.PruMerge),
        ("prumerge-plus", SelectionMethod.PruMergePlus),
        ("tome", SelectionMethod.ToMe),
        ("dart", SelectionMethod.Dart),
        ("scope", SelectionMethod.Scope),
        ("otprune", SelectionMethod.OTPrune),
        ("cenprune", SelectionMethod.CenPrune));

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

    /// <summary>--device.</summary>
    public static Option<Device> Device { get; } = CreateDevice();

    /// <summary>--positions.</summary>
    public static Option<PositionMode> Positions { get; } = TypedOption.Choice(
        "--positions",
        "MODE",
        $"Positions of the kept tokens: {Names.Positions}. Default: auto, which is the model's own.",
        Names.Positions);

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

    /// <summary>--max-pixels.</summary>
    public static Option<long?> MaxPixels { get; } = TypedOption.Create<long?>(
        "--max-pixels",
        "N",
        "Most pixels that a picture is resized to, in models of any size (Qwen2-VL, Qwen2.5-VL). Default: max_pixels of the model folder, "
            + "whose 12845056 takes hundreds of gigabytes; 1003520 is a good start.",
        text => TypedOption.ParseNumber("--max-pixels", text, 1L));

    /// <summary>How the model is to run, as far as these options tell.</summary>
    public static VisionLanguageModelOptions Read(ParseResult line) => new()
    {
        Positions = line.GetValue(Positions),
        ApplyExifOrientation = line.GetValue(ExifOrientation),
        MaxImagePixels = line.GetValue(MaxImagePixels),
        MaxPixels = line.GetValue(MaxPixels),
    };

    private static Option<Device> CreateDevice()
    {
        Option<Device> option = TypedOption.Create(
            "--device",
            "NAME",
            "Where the model runs: cpu (default), cuda, cuda:1 or the name of an execution provider. What is not cpu needs a native ONNX "
                + "Runtime that has it.",
            text => Onnx.Device.TryParse(text, null, out Device? device)
                ? device
                : throw Throw.BadOption("--device", text, "cpu, cuda, cuda:1 or the name of an execution provider"),
            Onnx.Device.Cpu);
        option.CompletionSources.Add("cpu", "cuda");
        return option;
    }
}

/// <summary>Options that say how an answer is generated.</summary>
internal static class GenerationSwitches
{
    /// <summary>--max-new-tokens, whose default is the engine's own, everywhere.</summary>
    public static Option<int> MaxNewTokens { get; } = TypedOption.Number(
        "--max-new-tokens", "Most tokens of an answer.", 1, otherwise: DefaultMaxNewTokens);

    /// <summary>--temperature.</summary>
    public static Option<float> Temperature { get; } = TypedOption.Create(
        "--temperature",
        "T",
        "What the logits are divided by before a token is drawn. Default: 0, the most probable token each time.",
        text => TypedOption.ParseSingle("--temperature", text, 0, float.MaxValue, "a number of at least 0 (0.7)"));

    /// <summary>--top-p.</summary>
    public static Option<float> TopP { get; } = TypedOption.Create(
        "--top-p",
        "P",
        "Draw among the most probable tokens that together reach this probability; needs --temperature. Default: 1, all.",
        text => TypedOption.ParseSingle("--top-p", text, float.Epsilon, 1, "a number above 0 and at most 1 (0.9)"),
        1f);

    /// <summary>--seed.</summary>
    public static Option<int> Seed { get; } = TypedOption.Number("--seed", "Seeds the drawing; needs --temperature.", 0, otherwise: 0);

    /// <summary>Most tokens of an answer where nothing was typed.</summary>
    public static int DefaultMaxNewTokens => new GenerationOptions().MaxNewTokens;

    /// <summary>Adds all of them to a command.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])[MaxNewTokens, Temperature, TopP, Seed])
        {
            command.Options.Add(option);
        }

        command.Require(TopP, Temperature);
        command.Require(Seed, Temperature);
    }

    /// <summary>What they say.</summary>
    public static GenerationOptions Read(ParseResult line) => new()
    {
        MaxNewTokens = line.GetValue(MaxNewTokens),
        Temperature = line.GetValue(Temperature),
        TopP = line.GetValue(TopP),
        Seed = line.GetValue(Seed),
    };
}
