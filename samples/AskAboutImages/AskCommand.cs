using System.CommandLine;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class AskCommand
{
    private static readonly Choices<EncoderStage> Encoders = new(
        (nameof(EncoderStage.EncodeImages), EncoderStage.EncodeImages),
        (nameof(EncoderStage.ApplyOnnxModel), EncoderStage.ApplyOnnxModel));

    private static readonly Option<string?> Images = TypedOption.Text(
        "--images", "FOLDER", "Folder of the images. Default: where the questions file lies.");
    private static readonly Option<string?> Questions = TypedOption.Text(
        "--questions", "FILE",
        "Questions, one JSON object a line: image, question, and if known answer and kind. "
            + "Default: questions.jsonl in --images, else the held-out questions of the model.");
    private static readonly Option<string?> Image = TypedOption.Text(
        "--image", "FILE", "Ask about one image (- for standard input) in place of a questions file; needs --question.");
    private static readonly Option<string?> Question = new("--question") { HelpName = "TEXT", Description = "What to ask about --image." };
    private static readonly Option<int?> Limit = TypedOption.Number("--limit", "Ask the first N questions only. Default: all.");
    private static readonly Option<KeepBudget> Keep = TypedOption.Create(
        "--keep", "N|P%", "Visual tokens to keep: a number, or a percentage of them.",
        text => TypedOption.ParseKeep("--keep", text), KeepBudget.Tokens(64));
    private static readonly Option<string?> Model = ModelLocation.Option();
    private static readonly Option<EncoderStage> Encoder = TypedOption.Choice(
        "--encoder", "STAGE",
        "Stage that runs the vision encoder: EncodeImages, or ML.NET's ApplyOnnxModel, which does not say how long it took. "
            + "Default: EncodeImages.", Encoders);
    private static readonly Option<string?> Json = TypedOption.OutputFile(
        "--json", "Write every answer, the accuracies and the times to FILE as JSON.");
    private static readonly Option<string?> Overlays = TypedOption.Text(
        "--overlays", "FOLDER", "Folder for pictures of the first images in which pruned patches are dimmed.", "artifacts/overlays");
    private static readonly Option<int> OverlayCount = TypedOption.Number(
        "--overlay-count", "How many such pictures; 0 draws none.", 0, otherwise: 4);

    private static readonly Option<bool> Force = TypedOption.Force();

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create()
    {
        RootCommand command = new(
            "Answers questions about images twice, with all visual tokens and with a budget, through an ML.NET pipeline, "
            + "and compares the answers and the times.")
        {
            Images, Questions, Image, Question, Limit, Keep, ModelSwitches.Method, Model, ModelSwitches.Positions, Encoder,
            ModelSwitches.ExifOrientation, ModelSwitches.MaxImagePixels, ModelSwitches.MaxPixels,
            Json, Force, Overlays, OverlayCount,
        };
        command.Require(Image, Question);
        command.Require(Question, Image);
        command.Exclude(Image, Questions);
        command.Protect(
            Force,
            [Json],
            line => [line.Typed(Questions), line.Typed(Image), line.Typed(Model)]);
        return command;
    }

    /// <summary>The options that were typed.</summary>
    public static AskOptions ToOptions(ParseResult line) => new()
    {
        Model = line.GetValue(Model),
        Images = line.GetValue(Images),
        Questions = line.GetValue(Questions),
        Image = line.GetValue(Image),
        Question = line.GetValue(Question),
        Limit = line.GetValue(Limit),
        Keep = line.GetValue(Keep),
        Method = line.GetValue(ModelSwitches.Method),
        Encoder = line.GetValue(Encoder),
        Running = ModelSwitches.Read(line),
        Json = line.GetValue(Json),
        Overlays = line.GetValue(Overlays)!,
        OverlayCount = line.GetValue(OverlayCount),
    };
}

/// <summary>What the user asked for, checked as far as it can be without opening a file.</summary>
internal sealed record AskOptions
{
    /// <summary>The model folder; null = the one that comes with the repository.</summary>
    public string? Model { get; init; }

    /// <summary>The folder that images lie in; null = where the questions file lies.</summary>
    public string? Images { get; init; }

    /// <summary>The questions file; null = questions.jsonl in <see cref="Images"/>, else the model's held-out questions.</summary>
    public string? Questions { get; init; }

    /// <summary>A single image to ask about in place of a questions file.</summary>
    public string? Image { get; init; }

    /// <summary>What to ask about <see cref="Image"/>.</summary>
    public string? Question { get; init; }

    /// <summary>At most so many questions; null = all.</summary>
    public int? Limit { get; init; }

    /// <summary>How many visual tokens are kept.</summary>
    public required KeepBudget Keep { get; init; }

    /// <summary>How the kept tokens are chosen.</summary>
    public required SelectionMethod Method { get; init; }

    /// <summary>Which stage encodes the images.</summary>
    public EncoderStage Encoder { get; init; }

    /// <summary>How the model runs.</summary>
    public required VisionLanguageModelOptions Running { get; init; }

    /// <summary>Where everything is written as JSON; null = nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>Where the overlays go.</summary>
    public required string Overlays { get; init; }

    /// <summary>How many overlays are drawn; 0 = none.</summary>
    public int OverlayCount { get; init; }
}

/// <summary>Which stage of the pipeline runs the vision encoder.</summary>
internal enum EncoderStage
{
    /// <summary>ZooPrune's own stage, which also says how long it took.</summary>
    EncodeImages,

    /// <summary>ML.NET's stage over the encoder's ONNX file; it keeps its time to itself.</summary>
    ApplyOnnxModel,
}

/// <summary>What the options come down to: a model folder, an image folder and questions.</summary>
/// <param name="ModelFolder">The model.</param>
/// <param name="ImageFolder">Where image paths start.</param>
/// <param name="QuestionSource">The questions file, or the option that gave the only question.</param>
/// <param name="Questions">At least one.</param>
internal sealed record AskInput(string ModelFolder, string ImageFolder, string QuestionSource, IReadOnlyList<Question> Questions)
{
    private const string FileName = "questions.jsonl";

    /// <summary>Fills in the defaults and reads the questions.</summary>
    /// <exception cref="UsageException">A folder or the file is missing, or the file is no good.</exception>
    public static AskInput Resolve(AskOptions options)
    {
        string modelFolder = ModelLocation.Find(options.Model);
        return options.Image is { } image ? OneImage(options, modelFolder, image) : ManyImages(options, modelFolder);
    }

    private static AskInput OneImage(AskOptions options, string modelFolder, string image)
    {
        string path = Path.GetFullPath(options.Images is { } folder ? Path.Combine(folder, image) : image);
        return new AskInput(
            modelFolder, Path.GetDirectoryName(path) ?? path, "--question", [new Question(0, Path.GetFileName(path), options.Question!)]);
    }

    private static AskInput ManyImages(AskOptions options, string modelFolder)
    {
        if (options.Images is { } images && !Directory.Exists(images))
        {
            throw Throw.MissingImageFolder(images);
        }

        string file = options.Questions ?? Path.Combine(options.Images ?? Path.Combine(modelFolder, "heldout"), FileName);
        IReadOnlyList<Question> questions = QuestionFile.Read(file, options.Limit);
        string folder = options.Images ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
        return new AskInput(modelFolder, folder, file, questions);
    }
}
