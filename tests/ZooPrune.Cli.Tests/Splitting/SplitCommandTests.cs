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
    public void Run_FolderIsThere_NeedsForceAndReplacesOnlyWhatTheToolWrote()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("split");
        string[] arguments = ["split", FamilyFolder.Of("llava"), "--out", target];
        Assert.Equal(ExitCode.Success, ToolRun.InProcess(arguments).ExitCode);
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(target, "config.json"));

        var without = ToolRun.InProcess(arguments);
        var forced = ToolRun.InProcess([.. arguments, "--force"]);
        Assert.NotEqual(written, File.GetLastWriteTimeUtc(Path.Combine(target, FolderManifest.FileName)));
        File.WriteAllText(Path.Combine(target, "letter.txt"), "dear");
        var withLetter = ToolRun.InProcess([.. arguments, "--force"]);
        File.Delete(Path.Combine(target, "letter.txt"));
        File.AppendAllText(Path.Combine(target, "config.json"), " ");
        var withChange = ToolRun.InProcess([.. arguments, "--force"]);

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune split: the folder '{target}' has something in it. Expected one that is empty or not there; "
                + "choose another, or replace it with --force."),
            (without.ExitCode, without.Error.TrimEnd()));
        Assert.Equal((ExitCode.Success, ""), (forced.ExitCode, forced.Error));
        Assert.Equal((ExitCode.BadInput, Foreign("'letter.txt', which this tool did not write, or not so")), (withLetter.ExitCode, withLetter.Error.TrimEnd()));
        Assert.Equal((ExitCode.BadInput, Foreign("'config.json', which this tool did not write, or not so")), (withChange.ExitCode, withChange.Error.TrimEnd()));
        Assert.True(File.Exists(Path.Combine(target, "onnx", "projector.onnx")));
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.Root));

        string Foreign(string found) => $"zooprune split: the folder '{target}' has {found}. --force replaces only what this tool wrote, lest it "
            + "deletes something else; choose another folder.";
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(null)]
    public void Run_FolderOfSomebodyElse_IsNeverReplaced(string? list)
    {
        using TestFolder folder = new();
        string target = folder.PathOf("mine");
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "config.json"), "{}");
        if (list is not null)
        {
            File.WriteAllText(Path.Combine(target, FolderManifest.FileName), list);
        }

        var run = ToolRun.InProcess("split", FamilyFolder.Of("llava"), "--out", target, "--force");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("--force replaces only what this tool wrote", run.Error);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(target, "config.json")));
    }

    [UnixFact]
    public void Run_OutLeadsToTheModelByALink_EndsWithTwo()
    {
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        string link = folder.PathOf("link");
        File.CreateSymbolicLink(link, model);

        var run = ToolRun.InProcess("split", model, "--out", link, "--force");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("which is the model", run.Error);
        Assert.True(File.Exists(Path.Combine(model, "config.json")));
    }

    [Fact]
    public void Run_ModelThatCannotBeSplit_LeavesNothingAndWhatWasThere()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("split");
        Directory.CreateDirectory(target);
        FolderManifest.Write(target);
        string model = TestModel.CopyTo(folder);
        File.Delete(Path.Combine(model, "onnx", "projector.onnx"));
        File.Copy(Path.Combine(model, "onnx", "embed_tokens.onnx"), Path.Combine(model, "onnx", "vision_encoder.onnx"), overwrite: true);

        var run = ToolRun.InProcess("split", model, "--out", target, "--force");

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("vision_encoder.onnx", run.Error);
        Assert.Equal([FolderManifest.FileName], Directory.GetFileSystemEntries(target).Select(Path.GetFileName));
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
