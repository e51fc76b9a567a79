using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>The command line of "split": names, defaults and help texts in one place.</summary>
internal static class SplitSyntax
{
    /// <summary>What --help shows below the options.</summary>
    public const string Examples = """
        Examples:
          zooprune split models/llava-interleave --out models/llava-interleave-split
          zooprune split models/llava-interleave --out models/llava-interleave-split --precision q8 --force

        The new folder loads like the old one, without cutting the graph each time, and its vision encoder gives visual tokens to ML.NET's ApplyOnnxModel.
        """;

    private static readonly Argument<string> Model = new("MODEL")
    {
        Description = "Model folder in the layout of the Hugging Face hub, whose vision encoder ends after the projector.",
    };

    private static readonly Option<string?> Out = TextOption.Create(
        "--out", "FOLDER", "The folder to make. It appears whole or not at all.");
    private static readonly Option<string?> Precision = TextOption.Create(
        "--precision", "NAME", $"Which of the model's graphs to take: {Names.Precisions}. Default: auto, the most accurate that are there.");
    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Replace FOLDER where it is a model's already.",
    };

    private static readonly Option<bool> Json = TextOption.CreateJson();

    /// <summary>The command with all its options.</summary>
    public static Command Create() => new(
        "split", "Cuts the projector off a model's vision encoder and writes a folder with both, and with all else that the model needs.")
    {
        Model, Out, Precision, Force, Json,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is missing or unknown.</exception>
    public static SplitOptions Read(ParseResult line) => new(
        TextOption.Value(line, Model),
        TextOption.Value(line, Out) ?? throw Throw.OptionMissing("split", Out.Name, Out.HelpName!),
        Names.Precisions.Parse(Precision.Name, TextOption.Value(line, Precision) ?? "auto"),
        line.GetValue(Force),
        line.GetValue(Json));
}
