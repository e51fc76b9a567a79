using System.CommandLine;
using Spectre.Console;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"chat": a conversation about pictures, a line a turn.</summary>
internal sealed class ChatCommand : ToolCommand
{
    private static readonly Argument<string> Model = ModelFolder("Model folder in the layout of the Hugging Face hub.");
    private static readonly Argument<string[]> Images = new("IMAGE...")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Image files that the first question is about. More come with /image.",
    };

    private static readonly Option<KeepBudget?> Keep = TypedOption.Create<KeepBudget?>(
        "--keep", "N|P%", "Visual tokens to keep of each picture: a number, or a percentage of them. Default: all.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("run");

    public ChatCommand()
        : base("chat", "Asks a model question after question about pictures, which are encoded once; answers are written as they come.")
    {
        Arguments.Add(Model);
        Arguments.Add(Images);
        foreach (Option option in (Option[])
            [
                Keep, ModelSwitches.Method, ModelSwitches.Device, Precision, ModelSwitches.Positions, ModelSwitches.ExifOrientation,
                ModelSwitches.MaxImagePixels,
            ])
        {
            Options.Add(option);
        }

        GenerationSwitches.AddTo(this);
        this.Require(ModelSwitches.Method, Keep);
        Validators.Add(result =>
        {
            if ((result.GetValue(Images) ?? []).FirstOrDefault(image => !Path.Exists(image)) is { } missing)
            {
                result.AddError(Throw.ImageMissing("chat", missing).Message);
            }
        });
    }

    public override string Examples => $"""
        Examples:
          zooprune chat models/qwen2.5-vl photo.jpg --keep 20% --max-new-tokens 256
          printf '/image photo.jpg\nWhat is this?\nWhat colour is it?\n' | zooprune chat models/qwen2.5-vl

        {Conversation.Help}
        Where nobody types, standard output has the answers, a line each, and nothing else.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        VisionLanguageModelOptions running = ModelSwitches.Read(line) with
        {
            Precision = line.GetValue(Precision),
            Device = line.GetValue(ModelSwitches.Device)!,
            LoggerFactory = terminal.Log,
        };
        string folder = line.GetRequiredValue(Model);
        PruningOptions? pruning = line.GetValue(Keep) is { } keep
            ? new PruningOptions { Keep = keep, Selection = line.GetValue(ModelSwitches.Method) } : null;
        VisionLanguageModel model = terminal.Own(terminal.While("loading the model", () => VisionLanguageModel.Load(folder, running)));
        var conversation = new Conversation(model, pruning, GenerationSwitches.Read(line), terminal);
        if (terminal.Input.IsTerminal)
        {
            terminal.Output.MarkupLineInterpolated($"[bold]{model.Name}[/], {pruning?.Keep.ToString() ?? "all"} visual tokens a picture");
            terminal.Say(Conversation.Help);
        }

        return conversation.Run(line.GetValue(Images) ?? []);
    }
}
