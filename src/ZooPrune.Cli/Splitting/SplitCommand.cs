using System.CommandLine;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"split": a model folder with the projector in a file of its own.</summary>
internal sealed class SplitCommand : ToolCommand
{
    private static readonly Argument<string> Model =
        ModelFolder("Model folder in the layout of the Hugging Face hub, whose vision encoder ends after the projector.");
    private static readonly Option<string?> Out = TypedOption.Text(
        "--out", "FOLDER", "The folder to make. It appears whole or not at all.");
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("take");
    private static readonly Option<bool> Force = TypedOption.Switch(
        "--force", "Replace FOLDER where it holds what this tool wrote, and nothing else.");
    private static readonly Option<bool> Json = JsonSwitch();

    public SplitCommand()
        : base("split", "Cuts the projector off a model's vision encoder and writes a folder with both, and with all else that the "
            + "model needs.")
    {
        Out.Required = true;
        Arguments.Add(Model);
        Options.Add(Out);
        Options.Add(Precision);
        Options.Add(Force);
        Options.Add(Json);
    }

    public override string Examples => """
        Examples:
          zooprune split models/llava-interleave --out models/llava-interleave-split
          zooprune split models/llava-interleave --out models/llava-interleave-split --precision q8 --force

        The new folder loads like the old one, without cutting the graph each time, and its vision encoder gives visual tokens
        to ML.NET's ApplyOnnxModel.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        (string model, string path) = (line.GetRequiredValue(Model), line.GetValue(Out)!);
        using var target = OutputFolder.Check(Name, model, path, line.GetValue(Force));
        ModelFolder files = Onnx.ModelFolder.Open(model, line.GetValue(Precision));
        ProjectorFacts? projector = terminal.While("splitting the model", () => ModelSplitter.Split(files, target.Staging));
        target.Finish();

        var report = SplitReport.Create(model, path, projector);
        if (line.GetValue(Json))
        {
            terminal.SayJson(report);
        }
        else
        {
            terminal.Say($"{report.Out}: {report.Files.Count.ToString("N0", CultureInfo.InvariantCulture)} files, split at "
                + $"'{report.Projector?.CutAt}' of {report.Projector?.File}");
            terminal.Say($"Projector: {InspectText.Shape(report.Projector!)}");
            terminal.Output.Write(InspectText.Files(report.Files));
        }

        return ExitCode.Success;
    }
}

/// <summary>What "split" made.</summary>
/// <param name="Model">The folder that was split, as it was typed.</param>
/// <param name="Out">The new folder, as it was typed.</param>
/// <param name="Projector">What was cut off, and where.</param>
/// <param name="Files">All files of the new folder.</param>
internal sealed record SplitReport(string Model, string Out, ProjectorFacts? Projector, IReadOnlyList<FolderFile> Files)
{
    /// <summary>Looks at what was written.</summary>
    public static SplitReport Create(string model, string path, ProjectorFacts? projector) =>
        new(model, path, projector, FolderFile.In(path));
}
