using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>"bake" over tiny models of transformers' own classes, and shapes-vlm.</summary>
public class BakeCommandTests
{
    [Theory]
    [InlineData("llava", "5", 5)]
    [InlineData("llava-interleave", "5", 5)]
    [InlineData("qwen2-vl", "20%", null)]
    public void Run_Family_MakesAFolderForOtherPrograms(string family, string keep, int? kept)
    {
        using TestFolder folder = new();
        string target = folder.PathOf("baked");

        var run = ToolRun.InProcess("bake", FamilyFolder.Of(family), "--keep", keep, "--out", target, "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.Root));
        Assert.True(File.Exists(Path.Combine(target, "onnx", "vision_encoder.onnx")));
        Assert.False(File.Exists(Path.Combine(target, "onnx", "projector.onnx")));
        JsonElement json = run.Json;
        Assert.Equal((keep, "zooprune", "closed form"), (Word("keep"), Word("method"), Word("sensitivity")));
        Assert.Equal(kept, json.GetProperty("kept").ValueKind == JsonValueKind.Null ? null : json.GetProperty("kept").GetInt32());

        string? Word(string name) => json.GetProperty(name).GetString();
    }

    [Fact]
    public void Run_Text_SaysWhatAndForWhom()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("baked");

        var run = ToolRun.InProcess(
            "bake", TestModel.Folder, "--keep", "64", "--out", target, "--centering", "0.9", "--sharpness", "3.2");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"{target}: 9 files, for programs other than ZooPrune\n", run.Output);
        Assert.Contains("Kept of each picture by zooprune: 64 of 576 visual tokens\n", run.Output);
        Assert.Contains("Vision encoder: image_features [pictures, 64, 128], kept_indices [pictures, 64]\n", run.Output);
        Assert.Contains("Sensitivity: closed form\n", run.Output);
        Assert.Contains("onnx/vision_encoder.onnx", run.Output);
    }

    [Fact]
    public void Run_NumberDependsOnThePicture_SaysSo()
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess(
            "bake", FamilyFolder.Of("qwen2.5-vl"), "--keep", "10%", "--out", folder.PathOf("baked"), "--method", "divprune");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains("Kept of each picture by divprune: 10% of its visual tokens; one picture a run\n", run.Output);
        Assert.Contains("kept_indices [K]\n", run.Output);
        Assert.DoesNotContain("Sensitivity", run.Output);
    }

    [Fact]
    public void Run_Json_HasTheAgreedShape()
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess(
            "bake", FamilyFolder.Of("llava"), "--keep", "400", "--out", folder.PathOf("baked"), "--precision", "q8", "--json");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            .model: string
            .out: string
            .keep: string
            .method: string
            .sensitivity: string
            .visualTokens: number
            .kept: number
            .width: number
            .note: string
            .files[].name: string
            .files[].isRequired: boolean
            .files[].bytes: number
            """.ReplaceLineEndings("\n"),
            JsonShape.Of(run.Json));
        Assert.EndsWith(": all tokens kept", run.Json.GetProperty("note").GetString());
    }

    [Fact]
    public void Run_FolderIsThere_NeedsForceAndReplacesOnlyWhatTheToolWrote()
    {
        using TestFolder folder = new();
        string target = folder.PathOf("baked");
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "config.json"), "{}");
        FolderManifest.Write(target);
        string[] arguments = ["bake", FamilyFolder.Of("llava"), "--keep", "5", "--out", target];

        var without = ToolRun.InProcess(arguments);
        var forced = ToolRun.InProcess([.. arguments, "--force"]);

        Assert.Equal(
            (ExitCode.BadInput, $"zooprune bake: the folder '{target}' has something in it. Expected one that is empty or not there; "
                + "choose another, or replace it with --force."),
            (without.ExitCode, without.Error.TrimEnd()));
        Assert.Equal((ExitCode.Success, ""), (forced.ExitCode, forced.Error));
        Assert.True(File.Exists(Path.Combine(target, "onnx", "vision_encoder.onnx")));
    }

    [Fact]
    public void Run_ModelOfTiles_IsRefusedAndLeavesNothing()
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess("bake", FamilyFolder.Of("llava-next"), "--keep", "160", "--out", folder.PathOf("baked"));

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Contains("its pictures are cut into tiles, and how many there are, and which tokens are padding, depends on", run.Error);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData("--centering", "2", "zooprune: the option --centering is '2'. Expected a number from 0 to 1 (0.9); correct it.")]
    [InlineData("--sharpness", "-1", "zooprune: the option --sharpness is '-1'. Expected a number of at least 0 (3.2); correct it.")]
    [InlineData("--sharpness", "NaN", "zooprune: the option --sharpness is 'NaN'. Expected a number of at least 0 (3.2); correct it.")]
    [InlineData("--method", "norm", "zooprune: the option --method is 'norm'. Expected one of zooprune, divprune; choose one of these.")]
    public void Run_WrongOption_EndsWithTwo(string option, string value, string message)
    {
        using TestFolder folder = new();

        var run = ToolRun.InProcess("bake", TestModel.Folder, "--keep", "64", "--out", folder.PathOf("baked"), option, value);

        Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Output));
        Assert.Equal(message, run.Error.TrimEnd());
    }

    [Fact]
    public void Run_KeepMissing_EndsWithTwo()
    {
        var run = ToolRun.InProcess("bake", TestModel.Folder, "--out", "x");

        Assert.Equal(
            (ExitCode.BadInput, "zooprune bake: the command line cannot be understood: Option '--keep' is required. Expected what "
                + "zooprune bake --help lists; correct it and try again."),
            (run.ExitCode, run.Error.TrimEnd()));
    }
}
