using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"ask": a model's answer about a picture, and what it took.</summary>
internal sealed class AskCommand : ToolCommand
{
    private static readonly Argument<string> Model = ModelFolder("Model folder in the layout of the Hugging Face hub.");
    private static readonly Argument<string[]> Words = new("IMAGE... QUESTION")
    {
        HelpName = "IMAGE... QUESTION",
        Arity = ArgumentArity.OneOrMore,
        Description = "Image files (PNG, JPEG, WebP, GIF, BMP), any number that the model takes, and what to ask about them.",
    };

    private static readonly Option<IReadOnlyList<string>?> Images = TypedOption.CreateRepeated(
        "--image", "FILE", "A picture, in place of one before the question; may be given several times.", path => path);
    private static readonly Option<KeepBudget?> Keep = TypedOption.Create<KeepBudget?>(
        "--keep", "N|P%", "Visual tokens to keep of each picture: a number, or a percentage of them. Default: all.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<int> MaxNewTokens = TypedOption.Number(
        "--max-new-tokens", "Most tokens of the answer.", 1, otherwise: 128);
    private static readonly Option<float> Temperature = TypedOption.Create(
        "--temperature", "T", "What the logits are divided by before a token is drawn. Default: 0, the most probable token each time.",
        text => Number("--temperature", text, 0, float.MaxValue, "a number of at least 0 (0.7)"));
    private static readonly Option<float> TopP = TypedOption.Create(
        "--top-p", "P", "Draw among the most probable tokens that together reach this probability; needs --temperature. Default: 1, all.",
        text => Number("--top-p", text, float.Epsilon, 1, "a number above 0 and at most 1 (0.9)"), 1f);
    private static readonly Option<int> Seed = TypedOption.Number(
        "--seed", "Seeds the drawing; needs --temperature.", 0, otherwise: 0);
    private static readonly Option<Device> Where = TypedOption.Create(
        "--device", "NAME", "Where the model runs: cpu (default), cuda, cuda:1 or the name of an execution provider. What is not cpu needs a "
            + "native ONNX Runtime that has it.",
        text => Device.TryParse(text, null, out Device? device)
            ? device
            : throw Shell.Throw.BadOption("--device", text, "cpu, cuda, cuda:1 or the name of an execution provider"),
        Device.Cpu);
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("run");
    private static readonly Option<string?> Overlay = TypedOption.OutputFile(
        "--overlay", "Draw the picture as PNG, with the tokens that were not kept darkened.");
    private static readonly Option<bool> Compare = TypedOption.Switch(
        "--compare", "Ask with all visual tokens as well; needs --keep. One more run that is not timed comes first.");
    private static readonly Option<bool> Force = TypedOption.Force();
    private static readonly Option<bool> Json = JsonSwitch();

    public AskCommand()
        : base("ask", "Asks a model about a picture and shows the answer, the visual tokens that it was given from, and the time of "
            + "each stage.")
    {
        Arguments.Add(Model);
        Arguments.Add(Words);
        foreach (Option option in (Option[])
            [
                Images, Keep, ModelSwitches.Method, MaxNewTokens, Temperature, TopP, Seed, Where, Precision, ModelSwitches.Positions,
                ModelSwitches.ExifOrientation, ModelSwitches.MaxImagePixels, Overlay, Force, Compare, Json,
            ])
        {
            Options.Add(option);
        }

        this.Require(ModelSwitches.Method, Keep);
        this.Require(Compare, Keep);
        this.Require(TopP, Temperature);
        this.Require(Seed, Temperature);
        Validators.Add(CheckWords);
        this.Protect(
            Force, [Overlay], result => [result.Typed(Model), .. ReadWords(result.GetValue(Words), result.GetValue(Images)).Images]);
    }

    public override string Examples => """
        Examples:
          zooprune ask models/shapes-vlm picture.png "Where is the red circle?"
          zooprune ask models/shapes-vlm picture.png "Where is the red circle?" --keep 64 --compare
          zooprune ask models/qwen2.5-vl photo.jpg "What does the sign say?" --keep 20% --overlay kept.png
          zooprune ask models/qwen2.5-vl first.jpg second.jpg "What has changed?" --keep 20%
          zooprune ask models/llava "What is the capital of France?" --json
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        AskOptions options = Read(line);
        VisionLanguageModel model = Load(options, terminal);
        GivenAnswer? full = null;
        if (options.Compare)
        {
            // The first run of a graph plans its memory. That belongs to neither side of the comparison.
            Ask(model, options with { Generation = options.Generation with { MaxNewTokens = 1 } }, options.Pruning, "first run, not timed", terminal);
            full = Ask(model, options, null, "answering with all visual tokens", terminal);
        }

        GivenAnswer answer = options.Json || options.Compare
            ? Ask(model, options, options.Pruning, "answering", terminal)
            : terminal.WhileWriting("answering", write => Ask(model, options, options.Pruning, write, terminal.Cancellation));
        if (options.Overlay is { } path)
        {
            byte[] drawn = terminal.While("drawing", () => TokenOverlay.Draw(model, options.Images[0], answer.Answer.KeptIndices));
            OutputFile.Write(Overlay.Name, path, drawn);
        }

        if (options.Json)
        {
            terminal.SayJson(AskReport.Create(options, model, answer, full));
        }
        else
        {
            AnswerText.Write(terminal, options, answer, full);
        }

        return ExitCode.Success;
    }

    /// <summary>Pictures and question, which only together tell what is missing.</summary>
    private static void CheckWords(CommandResult result)
    {
        (IReadOnlyList<string> images, string question) = ReadWords(result.GetValue(Words), result.GetValue(Images));
        UsageException? problem =
            result.GetResult(Words) is not { Tokens.Count: > 0 } ? null // The library says so.
            : string.IsNullOrWhiteSpace(question) ? Shell.Throw.EmptyArgument("QUESTION")
            : images.Count == 0 && File.Exists(question) ? Throw.NoQuestion(question)
            : images.FirstOrDefault(image => !Path.Exists(image)) is { } missing ? Throw.ImageMissing(missing)
            : result.GetResult(Overlay) is not null && images.Count != 1 ? Throw.OverlayNeedsOneImage(images.Count)
            : null;
        if (problem is not null)
        {
            result.AddError(problem.Message);
        }
    }

    private static (IReadOnlyList<string> Images, string Question) ReadWords(string[]? words, IReadOnlyList<string>? images) =>
        ([.. words?.SkipLast(1) ?? [], .. images ?? []], words?.LastOrDefault() ?? "");

    private static AskOptions Read(ParseResult line)
    {
        (IReadOnlyList<string> images, string question) = ReadWords(line.GetValue(Words), line.GetValue(Images));
        return new AskOptions(
            line.GetRequiredValue(Model),
            images,
            question,
            line.GetValue(Keep) is { } keep ? new PruningOptions { Keep = keep, Selection = line.GetValue(ModelSwitches.Method) } : null,
            new GenerationOptions
            {
                MaxNewTokens = line.GetValue(MaxNewTokens),
                Temperature = line.GetValue(Temperature),
                TopP = line.GetValue(TopP),
                Seed = line.GetValue(Seed),
            },
            ModelSwitches.Read(line) with { Precision = line.GetValue(Precision), Device = line.GetValue(Where)! },
            line.GetValue(Overlay),
            line.GetValue(Compare),
            line.GetValue(Json));
    }

    private static VisionLanguageModel Load(AskOptions options, Terminal terminal)
    {
        VisionLanguageModel model = terminal.Own(
            terminal.While("loading the model", () => VisionLanguageModel.Load(options.Model, options.Running)));

        // A wide projector fits its low-rank sensitivity when it is first asked for, once a model: no part of this answer's time.
        if (options.Pruning is not null && model.Projector is IClosedFormProjector projector)
        {
            terminal.While("fitting the sensitivity", () => projector.Cheapest);
        }

        return model;
    }

    private static GivenAnswer Ask(
        VisionLanguageModel model, AskOptions options, PruningOptions? pruning, string activity, Terminal terminal) =>
        terminal.While(activity, () => Ask(model, options, pruning, _ => { }, terminal.Cancellation));

    private static GivenAnswer Ask(
        VisionLanguageModel model, AskOptions options, PruningOptions? pruning, Action<string> write, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        model.CheckImageCount(options.Images.Count, pruning);
        PreparedImage[] images = [.. options.Images.Select(image => model.Prepare(image, cancellation))];
        TimeSpan preprocess = Stopwatch.GetElapsedTime(start);
        return new GivenAnswer(
            model.Answer(images, options.Question, pruning, options.Generation, write, cancellation), preprocess);
    }

    private static float Number(string option, string text, float least, float most, string needed) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && number >= least && number <= most
            ? number
            : throw Shell.Throw.BadOption(option, text, needed);
}

/// <summary>What was typed after "ask".</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Images">Images in their order; may be empty.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Pruning">What is kept and how it is chosen; null = all visual tokens.</param>
/// <param name="Generation">How the answer is generated.</param>
/// <param name="Running">How the model runs.</param>
/// <param name="Overlay">The PNG to draw; null = none.</param>
/// <param name="Compare">Whether to ask with all visual tokens as well.</param>
/// <param name="Json">Whether the result is JSON.</param>
internal sealed record AskOptions(
    string Model,
    IReadOnlyList<string> Images,
    string Question,
    PruningOptions? Pruning,
    GenerationOptions Generation,
    VisionLanguageModelOptions Running,
    string? Overlay,
    bool Compare,
    bool Json);

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
