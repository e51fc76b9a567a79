using System.CommandLine;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"inspect": what a model folder holds, what is missing, and what pruning would save.</summary>
internal sealed class InspectCommand : ToolCommand
{
    private static readonly (int Width, int Height)[] DefaultSizes = [(336, 336), (640, 480), (1024, 768), (1920, 1080), (480, 1920)];

    private static readonly Argument<string> Model = ModelFolder(
        "Model folder in the layout of the Hugging Face hub. No weights are loaded.");
    private static readonly Option<IReadOnlyList<(int Width, int Height)>?> Sizes = TypedOption.CreateRepeated(
        "--size",
        "WIDTHxHEIGHT",
        "Size of a picture whose visual tokens are counted; may be given several times. Default: "
            + $"{string.Join(", ", DefaultSizes.Select(size => $"{size.Width}x{size.Height}"))}.",
        ReadSize);
    private static readonly Option<IReadOnlyList<KeepBudget>?> Keep = TypedOption.CreateList(
        "--keep",
        "N|P%,...",
        "Budgets to compare, separated by commas. Default: those that the method was published with for the model's family.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<bool> Json = JsonSwitch();

    public InspectCommand()
        : base("inspect", "Shows what a model folder holds, what is missing, how many visual tokens pictures have, and what pruning saves.")
    {
        Arguments.Add(Model);
        Options.Add(Sizes);
        Options.Add(Keep);
        Options.Add(ModelSwitches.MaxPixels);
        Options.Add(Json);
    }

    public override string Examples => """
        Examples:
          zooprune inspect models/shapes-vlm
          zooprune inspect models/llava-next --size 1280x720 --size 640x640 --keep 160
          zooprune inspect models/qwen2.5-vl --keep 20%,10%,5% --json

        Exit codes: 0 the model can be used; 1 there is a problem, see the last lines; 2 wrong usage, or no such folder.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        ModelReport report = terminal.While(
            "looking into the model",
            () => ModelInspector.Inspect(
                line.GetRequiredValue(Model),
                line.GetValue(Sizes) ?? DefaultSizes,
                line.GetValue(Keep),
                line.GetValue(ModelSwitches.MaxPixels)));
        if (line.GetValue(Json))
        {
            terminal.SayJson(report);
        }
        else
        {
            InspectText.Write(terminal, report);
        }

        return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static (int Width, int Height) ReadSize(string text)
    {
        string[] sides = text.Split('x', 'X');
        return sides is [var across, var down]
            && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            && width > 0 && height > 0
            ? (width, height)
            : throw Shell.Throw.BadOption("--size", text, "width and height in pixels, as in 640x480");
    }
}
