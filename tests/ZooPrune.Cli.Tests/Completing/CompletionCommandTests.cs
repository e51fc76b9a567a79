using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>"completion", and what the shells ask the tool then.</summary>
public class CompletionCommandTests
{
    [Theory]
    [InlineData("zooprune ", "ask", "chat", "completion", "inspect", "serve")]
    [InlineData("zooprune co", "completion")]
    [InlineData("zooprune ask m a.png q --", "--keep", "--compare", "--max-new-tokens", "--verbose")]
    [InlineData("zooprune ask m a.png q --method ", "divprune", "norm", "random", "sensitivity", "uniform", "zooprune")]
    [InlineData("zooprune ask m a.png q --precision q", "q4", "q4f16", "q8")]
    [InlineData("zooprune chat m --device c", "cpu", "cuda")]
    [InlineData("zooprune completion ", "bash", "pwsh", "zsh")]
    public void Suggest_Line_OffersWhatMayStandThere(string line, params string[] expected)
    {
        var run = ToolRun.InProcess($"[suggest:{line.Length}]", line);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Subset(run.Output.Split('\n', StringSplitOptions.TrimEntries).ToHashSet(), expected.ToHashSet());
    }

    [Fact]
    public void Suggest_WordsOfAnOption_AreNothingElse()
    {
        const string Line = "zooprune ask m q --positions ";

        Assert.Equal("auto\ncompact\noriginal", ToolRun.InProcess($"[suggest:{Line.Length}]", Line).Output.ReplaceLineEndings("\n").TrimEnd());
    }

    [UnixFact]
    [Trait("Speed", "Slow")]
    public void Bash_Script_CompletesCommandsOptionsAndWords()
    {
        // What bash does when somebody presses Tab: the words, the one under the cursor, the line and the place in it.
        const string Script = """
            zooprune() { dotnet "$program" "$@"; }
            source <(zooprune completion bash)
            press_tab() {
                COMP_LINE="$1" COMP_POINT=${#1} COMPREPLY=()
                read -ra COMP_WORDS <<< "$1"
                _zooprune zooprune "$2" ""
                echo "${COMPREPLY[*]}"
            }
            complete -p zooprune
            press_tab "zooprune ins" ins
            press_tab "zooprune ask m q --comp" --comp
            press_tab "zooprune ask m q --method di" di
            press_tab "zooprune ask models/no" models/no
            """;
        ProcessStartInfo start = new("bash", ["-uc", $"program='{Path.Combine(AppContext.BaseDirectory, "zooprune.dll")}'\n{Script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using Process bash = Process.Start(start)!;
        string output = bash.StandardOutput.ReadToEnd();
        string error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();

        Assert.Equal((0, ""), (bash.ExitCode, error));
        Assert.Equal(
            ["complete -o default -F _zooprune zooprune", "inspect", "--compare", "divprune", ""],
            output.TrimEnd('\n').Split('\n').Concat([""]).Take(5));
    }

    [Theory]
    [InlineData("zsh", "compdef _zooprune zooprune")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName zooprune")]
    public void Run_OtherShells_WritesTheirScript(string shell, string expected)
    {
        var run = ToolRun.InProcess("completion", shell);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.Output);
    }

    [Fact]
    public void Run_UnknownShell_SaysWhichThereAre()
    {
        var run = ToolRun.InProcess("completion", "fish");

        Assert.Equal(
            (ExitCode.BadInput, "zooprune completion: the shell 'fish' is not known. Expected one of bash, zsh, pwsh; choose one of these."),
            (run.ExitCode, run.Error.TrimEnd()));
    }
}
