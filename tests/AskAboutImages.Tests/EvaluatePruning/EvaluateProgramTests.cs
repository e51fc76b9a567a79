extern alias EvaluatePruning;

using System.Text.Json;
using EvaluatePruning::ZooPrune.Samples;

namespace ZooPrune.Samples.Tests;

public class EvaluateProgramTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void Run_FewQuestions_WritesTablesAndJson()
    {
        using TestFolder folder = new();
        string json = folder.PathOf("a.json");
        string markdown = folder.PathOf("a.md");

        (int exitCode, string output, string error) = Run(
            "--model", TestModel.Folder, "--limit", "6", "--methods", "zooprune,uniform", "--keep", "16,576", "--positions", "both", "--json", json, "--markdown", markdown);

        Assert.Equal("", string.Concat(error.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))));
        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Contains("6 questions about 2 of 2 images.", output);
        Assert.Contains("positions original", File.ReadAllText(markdown));

        JsonElement[] settings = [.. JsonDocument.Parse(File.ReadAllText(json)).RootElement.GetProperty("settings").EnumerateArray()];
        Assert.Equal(1 + (2 * 2 * 2), settings.Length);
        double full = settings[0].GetProperty("accuracy").GetDouble();
        Assert.True(full > 0.6);
        Assert.All(settings.Where(setting => setting.GetProperty("keep").GetString() == "576"), setting =>
            Assert.Equal(full, setting.GetProperty("accuracy").GetDouble(), 12));
    }

    [Theory]
    [InlineData("the option --keep is '0'. Expected a number of tokens of at least 1 (64), or a percentage above 0 and at most 100 (11%); correct it.", "--keep", "64,0")]
    [InlineData("the option --methods is 'best'. Expected one of zooprune, zooprune-sampled, divprune, sensitivity, norm, uniform, random; choose one of these.", "--methods", "norm,best")]
    [InlineData("the option --workers is '0'. Expected a whole number of at least 1; correct it.", "--workers", "0")]
    public void Run_BadCommandLine_EndsWithTwo(string message, params string[] arguments)
    {
        (int exitCode, _, string error) = Run(arguments);

        Assert.Equal(ExitCode.BadInput, exitCode);
        Assert.Equal("EvaluatePruning: " + message, error.TrimEnd());
    }

    [Fact]
    public void Run_QuestionWithoutAnswer_EndsWithTwo()
    {
        using TestFolder folder = new();
        string path = folder.Write("q.jsonl", """{"image": "a.png", "question": "?"}""");

        (int exitCode, _, string error) = Run("--model", TestModel.Folder, "--questions", path);

        Assert.Equal(ExitCode.BadInput, exitCode);
        Assert.StartsWith($"EvaluatePruning: line 1 of '{path}' has no \"answer\".", error);
    }

    [Fact]
    public void Run_OneBadImageAmongGoodOnes_GoesOnAndEndsWithOne()
    {
        using TestFolder folder = new();
        folder.Write("good.png", TestPng.Create());
        folder.Write("bad.png", TestPng.Bomb(20_000, 20_000));
        string path = folder.WriteQuestions(("good.png", "Is there a red circle?"), ("bad.png", "Is there a red circle?"));

        (int exitCode, string output, string error) = Run("--model", TestModel.Folder, "--questions", path, "--methods", "norm", "--keep", "64");

        Assert.Equal(ExitCode.SomeFailed, exitCode);
        Assert.Contains("1 questions about 1 of 2 images.", output);
        Assert.Contains("bad.png", error);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        EvaluateProgram program = new(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true));
        int exitCode = program.Run(arguments, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }
}
