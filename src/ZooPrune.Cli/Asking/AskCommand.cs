using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"ask": a model's answer about a picture, and what it took.</summary>
internal sealed class AskCommand : ToolCommand
{
    private const string PipedName = "standard input";

    private static readonly Argument<string> Model = ModelFolder("Model folder in the layout of the Hugging Face hub.");
    private static readonly Argument<string[]> Words = new("IMAGE... QUESTION")
    {
        HelpName = "IMAGE... QUESTION",
        Arity = ArgumentArity.OneOrMore,
        Description = "Image files (PNG, JPEG, WebP, GIF, BMP; - for standard input), any number that the model takes, and what to ask "
            + "about them.",
    };

    private static readonly Option<IReadOnlyList<string>?> Images = TypedOption.CreateRepeated(
        "--image", "FILE", "A picture (- for standard input), in place of one before the question; may be given several times.",
        path => path);
    private static readonly Option<KeepBudget?> Keep = TypedOption.Create<KeepBudget?>(
        "--keep", "N|P%", "Visual tokens to keep of each picture: a number, or a percentage of them. Default: all.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("run");
    private static readonly Option<string?> Overlay = TypedOption.OutputFile(
        "--overlay", "Draw the picture as PNG, with the tokens that were not kept darkened.");
    private static readonly Option<bool> Compare = TypedOption.Switch(
        "--compare", "Ask with all visual tokens as well; needs --keep.");
    private static readonly Option<bool?> Warm = new("--warm")
    {
        Description = "Begin with a short answer that is not timed: the first run of a graph plans its memory. Default: with --compare; "
            + "--warm false leaves it out.",
    };
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
                Images, Keep, ModelSwitches.Method, ModelSwitches.Device, Precision, ModelSwitches.Positions,
                ModelSwitches.ExifOrientation, ModelSwitches.MaxImagePixels, ModelSwitches.MaxPixels, Overlay, Force, Compare, Warm, Json,
            ])
        {
            Options.Add(option);
        }

        this.Require(ModelSwitches.Method, Keep);
        this.Require(Compare, Keep);
        GenerationSwitches.AddTo(this);
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
          grim - | zooprune ask models/qwen2.5-vl - "Which window is in front?" --keep 20%
          zooprune ask models/llava "What is the capital of France?" --json
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        AskOptions options = Read(line, terminal);
        VisionLanguageModel model = Load(options, terminal);
        if (options.Warm)
        {
            // Two tokens: prefill and a step of decoding. Prompts of another length are planned for anew.
            AskOptions brief = options with { Generation = options.Generation with { MaxNewTokens = 2 } };
            foreach (PruningOptions? pruning in options.Compare ? [null, options.Pruning] : (PruningOptions?[])[options.Pruning])
            {
                Ask(model, brief, pruning, "first run, not timed", terminal);
            }
        }

        GivenAnswer? full = options.Compare ? Ask(model, options, null, "answering with all visual tokens", terminal) : null;
        GivenAnswer answer = options.Json || options.Compare
            ? Ask(model, options, options.Pruning, "answering", terminal)
            : terminal.WhileWriting("answering", write => Ask(model, options, options.Pruning, write, terminal.Cancellation));
        if (options.Overlay is { } path)
        {
            byte[] drawn = terminal.While("drawing", () => Draw(model, options, answer.Answer.KeptIndices));
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
            : images.Count == 0 && (question == StandardInput.Name || File.Exists(question)) ? Throw.NoQuestion(question)
            : images.FirstOrDefault(image => image != StandardInput.Name && !IsAddress(image) && !Path.Exists(image)) is { } missing
                ? Throw.ImageMissing("ask", missing)
            : images.Count(image => image == StandardInput.Name) > 1 ? Throw.PipedTwice()
            : result.GetResult(Overlay) is not null && images.Count != 1 ? Throw.OverlayNeedsOneImage(images.Count)
            : null;
        if (problem is not null)
        {
            result.AddError(problem.Message);
        }
    }

    /// <summary>What is no path: the model reads data URIs, and says of other addresses why it does not fetch them.</summary>
    private static bool IsAddress(string image) =>
        image.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || image.Contains("://", StringComparison.Ordinal);

    private static (IReadOnlyList<string> Images, string Question) ReadWords(string[]? words, IReadOnlyList<string>? images) =>
        ([.. words?.SkipLast(1) ?? [], .. images ?? []], words?.LastOrDefault() ?? "");

    private static AskOptions Read(ParseResult line, Terminal terminal)
    {
        (IReadOnlyList<string> images, string question) = ReadWords(line.GetValue(Words), line.GetValue(Images));
        VisionLanguageModelOptions running = ModelSwitches.Read(line) with
        {
            Precision = line.GetValue(Precision),
            Device = line.GetValue(ModelSwitches.Device)!,
            LoggerFactory = terminal.Log,
        };
        bool compares = line.GetValue(Compare);
        return new AskOptions(
            line.GetRequiredValue(Model),
            images,
            images.Contains(StandardInput.Name)
                ? terminal.While("reading standard input", () => terminal.Input.ReadPicture(running.MaxImagePixels)) : null,
            question,
            line.GetValue(Keep) is { } keep ? new PruningOptions { Keep = keep, Selection = line.GetValue(ModelSwitches.Method) } : null,
            GenerationSwitches.Read(line),
            running,
            line.GetValue(Overlay),
            compares,
            line.GetValue(Warm) ?? compares,
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
        model.CheckQuestion(options.Question, options.Images.Count, pruning);
        PreparedImage[] images = [.. options.Images.Select(image => Prepare(model, options, image, cancellation))];
        TimeSpan preprocess = Stopwatch.GetElapsedTime(start);
        return new GivenAnswer(
            model.Answer(images, options.Question, pruning, options.Generation, write, cancellation), preprocess);
    }

    private static PreparedImage Prepare(
        VisionLanguageModel model, AskOptions options, string image, CancellationToken cancellation) =>
        image == StandardInput.Name ? model.Prepare(options.Piped, PipedName, cancellation) : model.Prepare(image, cancellation);

    private static byte[] Draw(VisionLanguageModel model, AskOptions options, IReadOnlyList<int> keptIndices) =>
        options.Images[0] == StandardInput.Name
            ? TokenOverlay.Draw(model, options.Piped, PipedName, keptIndices)
            : TokenOverlay.Draw(model, options.Images[0], keptIndices);
}

/// <summary>What was typed after "ask".</summary>
/// <param name="Model">The model's folder.</param>
/// <param name="Images">Images in their order; may be empty.</param>
/// <param name="Piped">The picture from standard input; null where none is called "-".</param>
/// <param name="Question">What is asked.</param>
/// <param name="Pruning">What is kept and how it is chosen; null = all visual tokens.</param>
/// <param name="Generation">How the answer is generated.</param>
/// <param name="Running">How the model runs.</param>
/// <param name="Overlay">The PNG to draw; null = none.</param>
/// <param name="Compare">Whether to ask with all visual tokens as well.</param>
/// <param name="Warm">Whether a short answer that is not timed comes first.</param>
/// <param name="Json">Whether the result is JSON.</param>
internal sealed record AskOptions(
    string Model,
    IReadOnlyList<string> Images,
    byte[]? Piped,
    string Question,
    PruningOptions? Pruning,
    GenerationOptions Generation,
    VisionLanguageModelOptions Running,
    string? Overlay,
    bool Compare,
    bool Warm,
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
