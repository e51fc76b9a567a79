using System.CommandLine;

namespace ZooPrune.Cli.Tests;

public class ToolProgramTests
{
    private static readonly string Documentation = File.ReadAllText(Path.Combine(Repository.Root, "docs", "command-line.md"));

    [Fact]
    public void Run_Help_ListsCommandsAndExitCodes()
    {
        var run = ToolRun.InProcess("--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("  ask <MODEL> <IMAGE... QUESTION>  Asks a model about a picture", run.Output);
        Assert.Contains("  inspect ", run.Output);
        Assert.EndsWith(
            "Exit codes: 0 done; 1 done in part, or failed for no fault of the input; 2 wrong usage or unusable input, nothing was "
                + "done; 3 stopped before the end, can be resumed; 130 stopped by Ctrl-C, TERM or HUP.",
            run.Output.TrimEnd());
    }

    [Theory]
    [InlineData("ask")]
    [InlineData("inspect")]
    [InlineData("split")]
    [InlineData("bake")]
    [InlineData("chat", "/image FILE adds a picture")]
    public void Run_HelpOfACommand_EndsWithExamples(string command, string mention = "--json")
    {
        var run = ToolRun.InProcess(command, "--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains($" {command} <MODEL>", run.Output);
        Assert.Contains(mention, run.Output);
        Assert.Contains($"Examples:\n  zooprune {command} ", run.Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("zooprune: the command line cannot be understood: Required command was not provided. Expected what zooprune --help "
        + "lists; correct it and try again.")]
    [InlineData("zooprune: 'deploy' is not a command. Expected one of inspect, ask, chat, split, bake, score, merge, serve, "
        + "completion; see zooprune --help.", "deploy", "x")]
    [InlineData("zooprune: the argument '--fast' is not known. Expected one of --help, --version, --verbose; see zooprune --help.", "--fast")]
    [InlineData(
        "zooprune ask: the argument '--fast' is not known. Expected one of --image, --keep, --method, --device, --precision, --positions, "
            + "--exif-orientation, --max-image-pixels, --max-pixels, --overlay, --force, --compare, --warm, --json, --max-new-tokens, --temperature, --top-p, "
            + "--seed, --help, --verbose; see zooprune ask --help.",
        "ask", "m", "a.png", "q", "--fast")]
    [InlineData("zooprune ask: the command line cannot be understood: Required argument missing for command: 'ask'. Expected what "
        + "zooprune ask --help lists; correct it and try again.", "ask", "m")]
    [InlineData("zooprune ask: the command line cannot be understood: Option '--keep' expects a single argument but 2 were provided. "
        + "Expected what zooprune ask --help lists; correct it and try again.", "ask", "m", "q", "--keep", "1", "--keep", "2")]
    [InlineData("zooprune ask: the command line cannot be understood: Required argument missing for option: '--keep'. Expected what "
        + "zooprune ask --help lists; correct it and try again.", "ask", "m", "q", "--keep")]
    public void Run_WrongUsage_EndsWithTwoAndSaysWhatToDo(string message, params string[] arguments)
    {
        var run = ToolRun.InProcess(arguments);

        Assert.Equal((ExitCode.BadInput, message, ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [Fact]
    public void Run_QuestionThatLooksLikeSomethingElse_IsTakenAfterTwoHyphens()
    {
        Assert.Contains("\"question\": \"@file\"", ToolRun.InProcess("ask", TestModel.Folder, TestModel.Picture, "@file", "--json").Output);
        Assert.Contains("\"question\": \"--help\"", ToolRun.InProcess("ask", "--json", TestModel.Folder, TestModel.Picture, "--", "--help").Output);
    }

    [Fact]
    public void Run_Cancelled_EndsWith130()
    {
        var run = ToolRun.InProcess(new CancellationToken(canceled: true), "ask", TestModel.Folder, TestModel.Picture, "Is there a star?");

        Assert.Equal((ExitCode.Interrupted, "zooprune: interrupted; no file was written.", ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [UnixFact]
    [Trait("Speed", "Slow")]
    public void Process_InterruptedAtWork_EndsWith130AtOnce()
    {
        // The picture is standard input, to which nobody writes: that lasts for ever, whatever the machine.
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);

        var run = ToolRun.Interrupted("ask", model, "-", "Is there a star?", "--overlay", folder.PathOf("kept.png"));

        Assert.Equal((ExitCode.Interrupted, "zooprune: interrupted; no file was written.", ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
        Assert.Equal([model], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Process_WrongUsage_EndsWithTwo()
    {
        var run = ToolRun.AsProcess("ask", TestModel.Folder, "nowhere.png", "Is there a star?");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal("zooprune ask: the picture 'nowhere.png' does not exist. Expected an image file or a data URI; check the path.", run.Error.TrimEnd());
    }

    public static TheoryData<string> Commands => [.. ToolProgram.Commands().Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void CommandLine_EveryOption_IsDescribed(string name)
    {
        Command command = ToolProgram.Commands().Single(known => known.Name == name);
        string section = Documentation.Split("\n## ").Single(part => part.StartsWith(name, StringComparison.Ordinal));

        Assert.All(command.Options.Where(option => option.Name is not "--help"), option => Assert.Contains($"| `{option.Name}", section));
    }

    [Fact]
    public void CommandLine_OptionsOfEveryCommand_AreDescribed()
    {
        string section = Documentation.Split("\n## ")[0];

        Assert.All(
            ToolProgram.Root().Options.Where(option => option.Name is not "--help"),
            option => Assert.Contains($"`{option.Name}`", section));
    }

    [Fact]
    public void Process_Version_SaysIt()
    {
        string version = typeof(ToolProgram).Assembly.GetName().Version!.ToString(3);

        var run = ToolRun.AsProcess("--version");

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Matches($@"^{version}(\+[0-9a-f]+)?$", run.Output.TrimEnd());
    }

    [Fact]
    public void Run_In80Columns_BreaksNoCell()
    {
        string[] question = [TestModel.Picture, "Where is the red circle?", "--keep", "12.5%", "--method", "sensitivity", "--compare"];
        string family = FamilyFolder.Of("llava");
        ToolRun[] runs =
        [
            ToolRun.In80Columns("inspect", TestModel.Folder), ToolRun.In80Columns("inspect", family),
            ToolRun.In80Columns("inspect", FamilyFolder.Of("llava-next")), ToolRun.In80Columns(["ask", TestModel.Folder, .. question]),
        ];

        string[] tableLines = [.. runs.SelectMany(run => run.Output.Split('\n')).Select(line => line.TrimEnd()).Where(line => line.StartsWith(' '))];
        Assert.All(tableLines, line => Assert.InRange(line.Length, 0, 80));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(family, "onnx"), "*.onnx").Select(file => $"onnx/{Path.GetFileName(file)} "),
            name => Assert.Contains(tableLines, line => line.Contains(name, StringComparison.Ordinal)));
        Assert.DoesNotContain(tableLines, line => line.Contains('\u2026'));
        Assert.Contains(tableLines, line => line.EndsWith("all tokens   sensitivity, keep 12.5%", StringComparison.Ordinal));
    }
}
