using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>The command line of "ask": names, defaults and help texts in one place.</summary>
internal static class AskSyntax
{
    private const int DefaultMaxNewTokens = 128;

    /// <summary>What --help shows below the options.</summary>
    public const string Examples = """
        Examples:
          zooprune ask models/shapes-vlm picture.png "Where is the red circle?"
          zooprune ask models/shapes-vlm picture.png "Where is the red circle?" --keep 64 --compare
          zooprune ask models/qwen2.5-vl photo.jpg "What does the sign say?" --keep 20% --overlay kept.png
          zooprune ask models/qwen2.5-vl first.jpg second.jpg "What has changed?" --keep 20%
          zooprune ask models/llava "What is the capital of France?" --json
        """;

    private static readonly Argument<string> Model = new("MODEL")
    {
        Description = "Model folder in the layout of the Hugging Face hub.",
    };

    private static readonly Argument<string[]> Words = new("IMAGE... QUESTION")
    {
        HelpName = "IMAGE... QUESTION",
        Arity = ArgumentArity.OneOrMore,
        Description = "PNG or JPEG files, any number that the model takes, and what to ask about them.",
    };

    private static readonly Option<string[]> Images = TextOption.CreateRepeated(
        "--image", "FILE", "A picture, in place of one before the question; may be given several times.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "N|P%", "Visual tokens to keep of each picture: a number, or a percentage of them. Default: all.");
    private static readonly Option<string?> Method = TextOption.Create(
        "--method", "NAME", $"How they are chosen: {Names.Methods}. Default: zooprune.");
    private static readonly Option<string?> MaxNewTokens = TextOption.Create(
        "--max-new-tokens", "N", $"Most tokens of the answer. Default: {DefaultMaxNewTokens}.");
    private static readonly Option<string?> Positions = TextOption.Create(
        "--positions", "MODE", $"Positions of the kept tokens: {Names.Positions}. Default: auto, which is the model's own.");
    private static readonly Option<string?> Precision = TextOption.Create(
        "--precision", "NAME", $"Which of the model's graphs to run: {Names.Precisions}. Default: auto, the most accurate that are there.");
    private static readonly Option<string?> Overlay = TextOption.Create(
        "--overlay", "FILE", "Draw the picture as PNG, with the tokens that were not kept darkened.");
    private static readonly Option<bool> Compare = new("--compare")
    {
        Description = "Ask with all visual tokens as well; needs --keep. One more run that is not timed comes first.",
    };

    private static readonly Option<bool> Json = TextOption.CreateJson();

    /// <summary>The command with all its options.</summary>
    public static Command Create() => new(
        "ask",
        "Asks a model about a picture and shows the answer, the visual tokens that it was given from, and the time of each stage.")
    {
        Model, Words, Images, Keep, Method, MaxNewTokens, Precision, Positions, Overlay, Compare, Json,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range, a file is missing, or options do not go together.</exception>
    public static AskOptions Read(ParseResult line)
    {
        string[] words = line.GetValue(Words) ?? [];
        string[] images = [.. words[..^1], .. line.GetValue(Images) ?? []];
        string question = words[^1];
        if (string.IsNullOrWhiteSpace(question))
        {
            throw Throw.EmptyArgument("QUESTION");
        }

        if (images.Length == 0 && File.Exists(question))
        {
            throw Throw.NoQuestion(question);
        }

        foreach (string image in images)
        {
            if (!File.Exists(image))
            {
                throw Throw.ImageMissing(image);
            }
        }

        string? overlay = TextOption.Value(line, Overlay);
        OutputPath.CheckFile(Overlay.Name, overlay);
        if (overlay is not null && images.Length != 1)
        {
            throw Throw.OverlayNeedsOneImage(images.Length);
        }

        PruningOptions? pruning = ReadPruning(line);
        bool compare = line.GetValue(Compare);
        if (compare && pruning is null)
        {
            throw Throw.OptionNeeds(Compare.Name, Keep.Name);
        }

        return new AskOptions(
            TextOption.Value(line, Model),
            images,
            question,
            pruning,
            TextOption.WholeNumber(line, MaxNewTokens, atLeast: 1) ?? DefaultMaxNewTokens,
            new VisionLanguageModelOptions
            {
                Precision = Names.Precisions.Parse(Precision.Name, TextOption.Value(line, Precision) ?? "auto"),
                Positions = Names.Positions.Parse(Positions.Name, TextOption.Value(line, Positions) ?? "auto"),
            },
            overlay,
            compare,
            line.GetValue(Json));
    }

    private static PruningOptions? ReadPruning(ParseResult line)
    {
        string? method = TextOption.Value(line, Method);
        SelectionMethod selection = Names.Methods.Parse(Method.Name, method ?? "zooprune");
        return TextOption.Value(line, Keep) is { } keep
            ? new PruningOptions { Keep = TextOption.Keep(Keep.Name, keep), Selection = selection }
            : method is null ? null : throw Throw.OptionNeeds(Method.Name, Keep.Name);
    }
}
