using System.CommandLine;

namespace ZooPrune.Samples;

/// <summary>The command line of the program: names, defaults and help texts in one place.</summary>
internal static class AskCommand
{
    private const string DefaultKeep = "64";
    private const string DefaultOverlays = "artifacts/overlays";
    private const int DefaultOverlayCount = 4;

    private static readonly Choices<EncoderStage> Encoders = new(
        (nameof(EncoderStage.EncodeImages), EncoderStage.EncodeImages),
        (nameof(EncoderStage.ApplyOnnxModel), EncoderStage.ApplyOnnxModel));

    private static readonly Option<string?> Images = TextOption.Create(
        "--images", "FOLDER", "Folder of the images. Default: where the questions file lies.");
    private static readonly Option<string?> Questions = TextOption.Create(
        "--questions", "FILE",
        "Questions, one JSON object a line: image, question, and if known answer and kind. "
            + "Default: questions.jsonl in --images, else the held-out questions of the model.");
    private static readonly Option<string?> Image = TextOption.Create(
        "--image", "FILE", "Ask about one image in place of a questions file; needs --question.");
    private static readonly Option<string?> Question = TextOption.Create(
        "--question", "TEXT", "What to ask about --image.");
    private static readonly Option<string?> Limit = TextOption.Create(
        "--limit", "N", "Ask the first N questions only. Default: all.");
    private static readonly Option<string?> Keep = TextOption.Create(
        "--keep", "N|P%", $"Visual tokens to keep: a number, or a percentage of them. Default: {DefaultKeep}.");
    private static readonly Option<string?> Method = TextOption.Create(
        "--method", "NAME", $"How they are chosen: {Names.Methods}. Default: zooprune.");
    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder in Hugging Face layout. Default: models/shapes-vlm.");
    private static readonly Option<string?> Positions = TextOption.Create(
        "--positions", "MODE", $"Positions of the kept tokens: {Names.Positions}. Default: auto, which is the model's own.");
    private static readonly Option<string?> Encoder = TextOption.Create(
        "--encoder", "STAGE",
        "Stage that runs the vision encoder: EncodeImages, or ML.NET's ApplyOnnxModel, which does not say how long it took. "
            + "Default: EncodeImages.");
    private static readonly Option<string?> Json = TextOption.Create(
        "--json", "FILE", "Write every answer, the accuracies and the times to FILE as JSON.");
    private static readonly Option<string?> Overlays = TextOption.Create(
        "--overlays", "FOLDER", $"Folder for pictures of the first images in which pruned patches are dimmed. Default: {DefaultOverlays}.");
    private static readonly Option<string?> OverlayCount = TextOption.Create(
        "--overlay-count", "N", $"How many such pictures; 0 draws none. Default: {DefaultOverlayCount}.");

    /// <summary>The command with all its options.</summary>
    public static RootCommand Create() => new(
        "Answers questions about images twice, with all visual tokens and with a budget, through an ML.NET pipeline, "
        + "and compares the answers and the times.")
    {
        Images, Questions, Image, Question, Limit, Keep, Method, Model, Positions, Encoder, Json, Overlays, OverlayCount,
    };

    /// <summary>The options that were typed.</summary>
    /// <exception cref="UsageException">A value is out of range, or two options exclude each other.</exception>
    public static AskOptions ToOptions(ParseResult line)
    {
        string keep = TextOption.Value(line, Keep) ?? DefaultKeep;
        AskOptions options = new()
        {
            Model = TextOption.Value(line, Model),
            Images = TextOption.Value(line, Images),
            Questions = TextOption.Value(line, Questions),
            Image = TextOption.Value(line, Image),
            Question = line.GetValue(Question),
            Limit = TextOption.Value(line, Limit) is { } limit ? WholeNumber.Parse(Limit.Name, limit, atLeast: 1) : null,
            Keep = Budget.Parse(keep),
            KeepText = keep,
            Method = Names.Methods.Parse(Method.Name, TextOption.Value(line, Method) ?? "zooprune"),
            Encoder = Encoders.Parse(Encoder.Name, TextOption.Value(line, Encoder) ?? nameof(EncoderStage.EncodeImages)),
            Positions = Names.Positions.Parse(Positions.Name, TextOption.Value(line, Positions) ?? "auto"),
            Json = TextOption.Value(line, Json),
            Overlays = TextOption.Value(line, Overlays) ?? DefaultOverlays,
            OverlayCount = TextOption.Value(line, OverlayCount) is { } count
                ? WholeNumber.Parse(OverlayCount.Name, count, atLeast: 0)
                : DefaultOverlayCount,
        };

        CheckTogether(options);
        return options;
    }

    private static void CheckTogether(AskOptions options)
    {
        if (options.Image is not null && options.Question is null)
        {
            throw Throw.OptionNeeds(Image.Name, Question.Name);
        }

        if (options.Question is not null && options.Image is null)
        {
            throw Throw.OptionNeeds(Question.Name, Image.Name);
        }

        if (options.Image is not null && options.Questions is not null)
        {
            throw Throw.OptionsExclude(Image.Name, Questions.Name);
        }

        OutputFile.Check(Json.Name, options.Json);
    }
}
