using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>"completion": a script that lets a shell complete commands, options and their words by asking the tool itself.</summary>
internal sealed class CompletionCommand : ToolCommand
{
    // "[suggest:N]" is a directive of System.CommandLine: what could stand at the position N of the line. Where nothing could, a shell
    // offers files.
    private const string Bash = """
        _zooprune() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2> /dev/null)" -- "$2"))
        }
        complete -o default -F _zooprune zooprune
        """;

    private const string Zsh = """
        #compdef zooprune
        _zooprune() {
            local -a words_of_zooprune
            words_of_zooprune=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2> /dev/null)}")
            compadd -- ${words_of_zooprune:#} || _files
        }
        compdef _zooprune zooprune
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName zooprune -ScriptBlock {
            param($word, $line, $position)
            zooprune "[suggest:$position]" "$line" 2> $null | Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private static readonly Choices<string> Shells = new(("bash", Bash), ("zsh", Zsh), ("pwsh", PowerShell));

    private static readonly Argument<string> Shell = CreateShell();

    public CompletionCommand()
        : base("completion", "Writes a script that completes commands, options and their words in a shell.") => Arguments.Add(Shell);

    public override string Examples => """
        Examples:
          source <(zooprune completion bash)                                                 # in ~/.bashrc
          source <(zooprune completion zsh)                                                  # in ~/.zshrc, after compinit
          zooprune completion pwsh | Out-String | Invoke-Expression                          # in $PROFILE
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        terminal.Say(line.GetRequiredValue(Shell).ReplaceLineEndings("\n"));
        return ExitCode.Success;
    }

    private static Argument<string> CreateShell()
    {
        var argument = new Argument<string>("SHELL") { Description = $"One of {Shells}." };
        argument.CustomParser = result =>
        {
            string given = result.Tokens.Single().Value;
            if (Shells.Words.Contains(given))
            {
                return Shells.Parse(argument.Name, given);
            }

            result.AddError(Throw.UnknownShell(given, Shells.ToString()).Message);
            return "";
        };
        argument.CompletionSources.Add([.. Shells.Words]);
        return argument;
    }
}
