using System.CommandLine;
using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"bake": a model folder whose vision encoder prunes by itself, for other programs.</summary>
internal sealed class BakeCommand : ToolCommand
{
    private static readonly Choices<SelectionMethod> Methods = new(
        ("zooprune", SelectionMethod.ZooPrune), ("divprune", SelectionMethod.DivPrune));

    private static readonly Argument<string> Model = ModelFolder(
        "Model folder in the layout of the Hugging Face hub, of a model that takes a picture as one tile (LLaVA-1.5, LLaVA-interleave), or "
            + "Qwen2-VL, Qwen2.5-VL.");
    private static readonly Option<KeepBudget> Keep = TypedOption.Create(
        "--keep", "N|P%", "Visual tokens to keep of each picture: a number, or a percentage of them.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<string?> Out = TypedOption.Text(
        "--out", "FOLDER", "The folder to make. It appears whole or not at all.");
    private static readonly Option<SelectionMethod> Method = TypedOption.Choice(
        "--method", "NAME", $"How they are chosen: {Methods}. Default: zooprune.", Methods);
    private static readonly Option<float> Centering = TypedOption.Create(
        "--centering", "B", "Share of the mean projected token that is subtracted before the cosines, 0 to 1. Default: 0, as published.",
        text => TypedOption.ParseSingle("--centering", text, 0, 1, "a number from 0 to 1 (0.9)"));
    private static readonly Option<float?> Sharpness = TypedOption.Create<float?>(
        "--sharpness", "P", "Scale the sensitivity by (S / max S)^P. Default: (S - min) / (max - min), as published.",
        text => TypedOption.ParseSingle("--sharpness", text, 0, float.MaxValue, "a number of at least 0 (3.2)"));
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("take");
    private static readonly Option<bool> Force = TypedOption.Switch(
        "--force", "Replace FOLDER where it holds what this tool wrote, and nothing else.");
    private static readonly Option<bool> Json = JsonSwitch();

    public BakeCommand()
        : base("bake", "Writes a model folder whose vision encoder gives only the visual tokens that matter, and their indices, for any "
            + "program that runs ONNX.")
    {
        Keep.Required = true;
        Out.Required = true;
        Arguments.Add(Model);
        foreach (Option option in (Option[])[Keep, Out, Method, Centering, Sharpness, Precision, Force, Json])
        {
            Options.Add(option);
        }
    }

    public override string Examples => """
        Examples:
          zooprune bake models/llava-interleave --keep 64 --out models/llava-interleave-64
          zooprune bake models/qwen2.5-vl --keep 20% --out models/qwen2.5-vl-20 --method divprune --precision q8 --force

        onnx/vision_encoder.onnx takes what it took and gives image_features of the kept tokens and kept_indices; the rest of the
        model is copied. It is for transformers.js, Python, C++ and whatever else runs ONNX. ZooPrune itself loads the model that it
        was made of, with a budget for each picture.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        (string model, string path) = (line.GetRequiredValue(Model), line.GetValue(Out)!);
        SelectionMethod method = line.GetValue(Method);
        var pruning = new PruningOptions
        {
            Keep = line.GetRequiredValue(Keep),
            Selection = method,
            Centering = line.GetValue(Centering),
            Sharpness = line.GetValue(Sharpness),
        };
        using var target = OutputFolder.Check(Name, model, path, line.GetValue(Force));
        BakedModel baked = terminal.While(
            "baking the model", () => BakedModel.Write(model, target.Staging, pruning, line.GetValue(Precision)));
        target.Finish();

        var report = new BakeReport(
            model,
            path,
            $"{pruning.Keep}",
            Methods.NameOf(method),
            baked.Sensitivity is { } sensitivity ? Sensitivity(sensitivity) : null,
            baked.TokenCount,
            baked.KeptTokenCount,
            baked.Width,
            baked.Note,
            FilesIn(Path.GetFullPath(path)));
        if (line.GetValue(Json))
        {
            terminal.SayJson(report);
        }
        else
        {
            Say(report, terminal);
        }

        return ExitCode.Success;
    }

    private static void Say(BakeReport report, Terminal terminal)
    {
        terminal.Say(Text($"{report.Out}: {report.Files.Count:N0} files, for programs other than ZooPrune"));
        terminal.Say(report.Kept is { } kept
            ? Text($"Kept of each picture by {report.Method}: {kept:N0} of {report.VisualTokens:N0} visual tokens")
            : Text($"Kept of each picture by {report.Method}: {report.Keep} of its visual tokens; one picture a run"));
        string shape = report.Kept is { } rows ? Text($"pictures, {rows}") : "K";
        terminal.Say(Text($"Vision encoder: image_features [{shape}, {report.Width}], kept_indices [{shape}]"));
        if (report.Sensitivity is { } sensitivity)
        {
            terminal.Say($"Sensitivity: {sensitivity}");
        }

        if (report.Note is { } note)
        {
            terminal.Say($"Note: {note}");
        }

        terminal.Output.Write(InspectText.Files(report.Files));
    }

    private static IReadOnlyList<FolderFile> FilesIn(string root) =>
    [
        .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(file => new FolderFile(Path.GetRelativePath(root, file).Replace('\\', '/'), true, new FileInfo(file).Length))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    private static string Sensitivity(SensitivityMethod method) => method switch
    {
        SensitivityMethod.ClosedForm => "closed form",
        SensitivityMethod.LowRankClosedForm => "closed form, low rank",
        _ => "sampled",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What "bake" made.</summary>
/// <param name="Model">The folder that was baked, as it was typed.</param>
/// <param name="Out">The new folder, as it was typed.</param>
/// <param name="Keep">The budget, as it was typed.</param>
/// <param name="Method">How tokens are chosen.</param>
/// <param name="Sensitivity">How the sensitivity is computed; null where the method uses none.</param>
/// <param name="VisualTokens">N; null where it depends on the picture.</param>
/// <param name="Kept">K; null where it depends on the picture.</param>
/// <param name="Width">H, of image_features.</param>
/// <param name="Note">What could not be done as asked, or should be known of the sensitivity.</param>
/// <param name="Files">All files of the new folder.</param>
internal sealed record BakeReport(
    string Model,
    string Out,
    string Keep,
    string Method,
    string? Sensitivity,
    int? VisualTokens,
    int? Kept,
    int Width,
    string? Note,
    IReadOnlyList<FolderFile> Files);
