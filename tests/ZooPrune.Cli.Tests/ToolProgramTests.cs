using System.CommandLine;
using System.Diagnostics;

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
    public void Run_HelpOfACommand_EndsWithExamples(string command)
    {
        var run = ToolRun.InProcess(command, "--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains($" {command} <MODEL>", run.Output);
        Assert.Contains("--json", run.Output);
        Assert.Contains($"Examples:\n  zooprune {command} ", run.Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("zooprune: the command line cannot be understood: Required command was not provided. Expected what zooprune --help "
        + "lists; correct it and try again.")]
    [InlineData("zooprune: 'deploy' is not a command. Expected one of inspect, ask, split, bake, score, merge, serve; see zooprune --help.", "deploy", "x")]
    [InlineData("zooprune: the argument '--fast' is not known. Expected one of --help, --version; see zooprune --help.", "--fast")]
    [InlineData(
        "zooprune ask: the argument '--fast' is not known. Expected one of --image, --keep, --method, --max-new-tokens, --temperature, --top-p, --seed, --device, --precision, "
            + "--positions, --exif-orientation, --max-image-pixels, --overlay, --force, --compare, --json, --help; see zooprune ask --help.",
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
        // Loading reads a pipe that nobody writes to, which lasts for ever, whatever the machine.
        using TestFolder folder = new();
        string model = TestModel.CopyTo(folder);
        string pipe = Path.Combine(model, "tokenizer.json");
        File.Delete(pipe);
        using Process make = Process.Start("mkfifo", [pipe]);
        make.WaitForExit();

        var run = ToolRun.Interrupted("ask", model, TestModel.Picture, "Is there a star?", "--overlay", folder.PathOf("kept.png"));

        Assert.Equal((ExitCode.Interrupted, "zooprune: interrupted; no file was written.", ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
        Assert.Equal([model], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Process_WrongUsage_EndsWithTwo()
    {
        var run = ToolRun.AsProcess("ask", TestModel.Folder, "nowhere.png", "Is there a star?");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal("zooprune ask: the picture 'nowhere.png' does not exist. Expected an image file; check the path.", run.Error.TrimEnd());
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
}
