using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

/// <summary>What makes two runs different.</summary>
public class RunIdentityTests
{
    /// <summary>Field 6 of a ModelProto, one character long.</summary>
    private const string AnotherDocString = "2\u0001x";

    [Fact]
    public void Of_SameCommand_IsTheSame()
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(3);

        Assert.Equal(Identity(folder, TestPaths.TinyModel), Identity(folder, TestPaths.TinyModel, "--workers", "4", "--commit", "9", "--fail-fast", "--resume"));
    }

    [Theory]
    [InlineData("--keep", "3")]
    [InlineData("--batch", "9")]
    [InlineData("--timings", null)]
    [InlineData("--output-format", "jsonl", "output format")]
    public void Of_OptionThatChangesTheOutput_Differs(string option, string? value, string? name = null)
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(3);
        SortedDictionary<string, string> before = Identity(folder, TestPaths.TinyModel);

        SortedDictionary<string, string> after = Identity(folder, TestPaths.TinyModel, value is null ? [option] : [option, value]);

        Assert.Equal([name ?? option], before.Keys.Where(key => before[key] != after[key]));
    }

    [Theory]
    [InlineData("generation_config.json", " ")]
    [InlineData("onnx/projector.onnx", AnotherDocString)]
    [InlineData("onnx/vision_encoder.onnx_data", " ")]
    public void Of_ModelFileChanged_Differs(string file, string more)
    {
        using ScoringFolder folder = new();
        folder.WriteQuestions(3);
        string model = Copy(TestPaths.TinyModel, folder.PathOf("model"));
        SortedDictionary<string, string> before = Identity(folder, model);
        Assert.Equal(before, Identity(folder, TestPaths.TinyModel));

        File.AppendAllText(Path.Combine(model, file), more);

        SortedDictionary<string, string> after = Identity(folder, model);
        Assert.Equal(["model"], before.Keys.Where(key => before[key] != after[key]));
    }

    private static SortedDictionary<string, string> Identity(ScoringFolder folder, string model, params string[] more)
    {
        string[] arguments = folder.Arguments(more);
        arguments[Array.IndexOf(arguments, "--model") + 1] = model;
        arguments = more.Contains("--keep") || more.Contains("--batch") ? WithoutFirst(arguments, more[0]) : arguments;
        ScoreOptions options = ScoreCommandTests.Parse(arguments);
        using var table = InputTable.Open(InputFiles.Find(options.Inputs, options.Output), options, wantsColumns: true);
        using var loaded = VisionLanguageModel.Load(options.Model, options.Running);
        return RunIdentity.Of(options, table, loaded, table.ImageFolder!, options.OutputFormat ?? table.Format);
    }

    /// <summary>Drops the folder's own value of an option that is given once more.</summary>
    private static string[] WithoutFirst(string[] arguments, string option)
    {
        int first = Array.IndexOf(arguments, option);
        return [.. arguments[..first], .. arguments[(first + 2)..]];
    }

    private static string Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
