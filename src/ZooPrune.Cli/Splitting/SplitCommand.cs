using System.CommandLine;
using System.Globalization;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Models;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Cli;

/// <summary>"split": a model folder with the projector in a file of its own.</summary>
internal sealed class SplitCommand() : ToolCommand(SplitSyntax.Create())
{
    public override string Examples => SplitSyntax.Examples;

    public override int Run(ParseResult line, Terminal terminal)
    {
        SplitOptions options = SplitSyntax.Read(line);
        using var target = OutputFolder.Check(options);
        ModelFolder files = ModelFolder.Open(options.Model, options.Precision);
        terminal.While("splitting the model", () =>
        {
            ModelSplitter.Write(files, target.Staging, Separator(files));
            return true;
        });
        target.Finish();

        var report = SplitReport.Create(options, files);
        if (options.Json)
        {
            terminal.SayJson(report);
        }
        else
        {
            terminal.Say($"{report.Out}: {report.Files.Count.ToString("N0", CultureInfo.InvariantCulture)} files, split at '{report.Projector?.CutAt}' of {report.Projector?.File}");
            terminal.Say($"Projector: {InspectText.Shape(report.Projector!)}");
            terminal.Output.Write(InspectText.Files(report.Files));
        }

        return ExitCode.Success;
    }

    /// <summary>The one tensor that a family needs of the checkpoint, so that the new folder can do without the rest.</summary>
    private static (string Name, float[] Values)? Separator(ModelFolder files)
    {
        using JsonFile configuration = JsonFile.Open(files.Configuration);
        IReadOnlyList<string> names = ModelFamilies.Read(configuration.Root).NewlineNames;
        return names.Count == 0
            ? null
            : (names[0], ModelWeights.Find(files.Root, names) ?? throw Onnx.Throw.NewlineEmbeddingMissing(files.Root, names));
    }
}
