using System.CommandLine;

namespace ZooPrune.Cli;

/// <summary>The tool from command line to exit code.</summary>
internal static class ToolProgram
{
    private const string Description =
        "Vision-language models that read fewer visual tokens: looks into a model's folder, asks it about pictures, splits its projector off.";

    private const string ExitCodes =
        "Exit codes: 0 done; 1 done in part, or failed for no fault of the input; 2 wrong usage or unusable input, nothing was done; 130 stopped by Ctrl-C.";

    /// <summary>All commands, in the order in which they are listed to the user.</summary>
    internal static IReadOnlyList<ToolCommand> Commands() => [new InspectCommand(), new AskCommand(), new SplitCommand()];

    /// <summary>Runs on the process's own console, until it is done or Ctrl-C is pressed.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int RunOnConsole(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C lets the tool say so and tidy up; a second one ends the process.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };

        using var terminal = new Terminal(Console.Out, Console.IsOutputRedirected, Console.Error, Console.IsErrorRedirected, stop.Token);
        return Run(arguments, terminal);
    }

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        try
        {
            IReadOnlyList<ToolCommand> commands = Commands();
            var root = new RootCommand(Description);
            foreach (ToolCommand command in commands)
            {
                root.Subcommands.Add(command.Syntax);
            }

            ParseResult? line = CommandLineReader.Read(
                root,
                arguments,
                terminal.Output.Profile.Out.Writer,
                command => commands.FirstOrDefault(known => known.Syntax == command)?.Examples ?? ExitCodes);
            if (line is null)
            {
                return ExitCode.Success;
            }

            return commands.First(command => command.Syntax == line.CommandResult.Command).Run(line, terminal);
        }
        catch (OperationCanceledException) when (terminal.Cancellation.IsCancellationRequested)
        {
            terminal.Complain(Throw.Interrupted);
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is UsageException or ZooPruneException or ArgumentException)
        {
            terminal.Complain(exception.Message);
            return ExitCode.BadInput;
        }
        catch (Exception exception)
        {
            // Whatever it is, a user of the tool can do nothing with a stack trace.
            terminal.Complain(Throw.Unexpected(exception));
            return ExitCode.Failure;
        }
    }
}
