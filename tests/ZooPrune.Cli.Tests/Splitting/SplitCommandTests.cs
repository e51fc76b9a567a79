using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>"split" over tiny models of transformers' own classes.</summary>
public class SplitCommandTests
{
    [Theory]
    [MemberData(nameof(FamilyFolder.Names), MemberType = typeof(FamilyFolder))]
    public void Run_EveryFamily_MakesAFolderThatAnswersAlike(string family)
    {
        using TestFolder folder = new();
        string model = FamilyFolder.Of(family);
        string target = folder.PathOf("split");
        string picture = FamilyFolder.Cases(family)[0].Picture;

        var run = ToolRun.InProcess("split", model, "--out", target, "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal("Linear, GELU, Linear", run.Json.GetProperty("projector").GetProperty("form").GetString());
        Assert.Equal("onnx/vision_encoder.onnx", run.Json.GetProperty("projector").GetProperty("file").GetString());
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.Root));
        Assert.Equal(
            run.Json.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()),
            Directory.GetFiles(target, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(target, path).Replace('\\', '/')).Order(StringComparer.Ordinal));

        JsonElement inspected = ToolRun.InProcess("inspect", target, "--json").Json;
        Assert.True(inspected.GetProperty("isUsable").GetBoolean(), inspected.GetProperty("problems").ToString());
        Assert.Equal("onnx/projector.onnx", inspected.GetProperty("projector").GetProperty("file").GetString());
        Assert.Equal(Answer(model, picture), Answer(target, picture));
    }

    [Fact]
    public void Run_Text_SaysWhatAndWhere()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("split");

        var run = ToolRun.InProcess("split", FamilyFolder.Of("llava"), "--out", target);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{target}: ", run.Output);
        Assert.Contains("split at '/Slice_output_0' of onnx/vision_encoder.onnx", run.Output);
        Assert.Contains("Projector: 32 -> 48, GELU (erf), -> 48", run.Output);
        Assert.Contains("onnx/projector.onnx", run.Output);
    }

    [Fact]
    public void Run_Json_HasTheAgreedShape()
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess("split", FamilyFolder.Of("llava"), "--out", folder.PathOf("split"), "--precision", "q8", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            .model: string
            .out: string
            .projector.form: string
            .projector.inputWidth: number
            .projector.hiddenWidth: number
            .projector.outputWidth: number
            .projector.activation: string
            .projector.file: string
            .projector.cutAt: string
            .projector.sensitivity: string
            .projector.note: null
            .files[].name: string
            .files[].isRequired: boolean
            .files[].bytes: number
            """.ReplaceLineEndings("\n"),
            JsonShape.Of(run.Json));
        Assert.Equal("onnx/vision_encoder_quantized.onnx", run.Json.GetProperty("projector").GetProperty("file").GetString());
    }

    [Fact]
    public void Run_FolderIsThere_NeedsForceAndReplacesModelsOnly()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("split");
        Directory.CreateDirectory(target);
        string kept = Path.Combine(target, "letter.txt");
        File.WriteAllText(kept, "dear");
        string[] arguments = ["split", FamilyFolder.Of("llava"), "--out", target];

        var without = ToolRun.InProcess(arguments);
        var noModel = ToolRun.InProcess([.. arguments, "--force"]);
        Assert.True(File.Exists(kept));
        File.WriteAllText(Path.Combine(target, "config.json"), "{}");
        var forced = ToolRun.InProcess([.. arguments, "--force"]);

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune split: the folder '{target}' has something in it. Expected one that is empty or not there; "
                + "choose another, or replace it with --force."),
            (without.ExitCode, without.Error.TrimEnd()));
        Assert.Equal(
            (ExitCode.BadInput, $"zooprune split: the folder '{target}' has no config.json. --force replaces folders of models only, "
                + "lest it deletes something else; choose another folder."),
            (noModel.ExitCode, noModel.Error.TrimEnd()));
        Assert.Equal((ExitCode.Success, ""), (forced.ExitCode, forced.Error));
        Assert.False(File.Exists(kept));
        Assert.True(File.Exists(Path.Combine(target, "onnx", "projector.onnx")));
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Run_ModelThatCannotBeSplit_LeavesNothingAndWhatWasThere()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("split");
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "config.json"), "{}");
        string model = TestModel.CopyTo(folder);
        File.Delete(Path.Combine(model, "onnx", "projector.onnx"));
        File.Copy(Path.Combine(model, "onnx", "embed_tokens.onnx"), Path.Combine(model, "onnx", "vision_encoder.onnx"), overwrite: true);

        var run = ToolRun.InProcess("split", model, "--out", target, "--force");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("vision_encoder.onnx", run.Error);
        Assert.Equal(["config.json"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName));
        Assert.Equal([model, target], Directory.GetFileSystemEntries(folder.Root).Order());
    }

    [Fact]
    public void Run_AlreadySplit_SaysSo()
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess("split", TestModel.Folder, "--out", folder.PathOf("split"));

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("onnx/projector.onnx", run.Error);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData("")]
    [InlineData("inside")]
    [InlineData("..")]
    public void Run_OutIsTheModelItself_EndsWithTwo(string relative)
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        string target = Path.Combine(model, relative);

        var run = ToolRun.InProcess("split", model, "--out", target, "--force");

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune split: the option --out is '{target}', which is the model '{model}' itself, in it or around "
                + "it. Expected another folder; choose one."),
            (run.ExitCode, run.Error.TrimEnd()));
        Assert.True(File.Exists(Path.Combine(model, "config.json")));
    }

    [Fact]
    public void Run_OutMissing_EndsWithTwo()
    {
        var run = ToolRun.InProcess("split", TestModel.Folder);

        Assert.Equal(
            (ExitCode.BadInput, "zooprune split: the command line cannot be understood: Option '--out' is required. Expected what "
                + "zooprune split --help lists; correct it and try again.", ""),
            (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Process_Split_MakesTheFolder()
    {
        using TestFolder folder = new();

        var run = ToolRun.AsProcess("split", FamilyFolder.Of("llava-next"), "--out", folder.PathOf("split"), "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.True(File.Exists(folder.PathOf("split/onnx/projector.onnx")));
    }

    private static string Answer(string model, string picture)
    {
        var run = ToolRun.InProcess("ask", model, picture, "What is in the picture?", "--keep", "5", "--max-new-tokens", "6", "--json");
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        return $"{run.Json.GetProperty("keptIndices")} {run.Json.GetProperty("tokenIds")}";
    }
}
