using System.CommandLine;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>A program from command line to exit code; what it does with its options is up to it.</summary>
/// <param name="output">Standard output: the results.</param>
/// <param name="error">Standard error: progress and what went wrong.</param>
internal abstract class CommandProgram(IAnsiConsole output, IAnsiConsole error)
{
    /// <summary>Standard output.</summary>
    protected IAnsiConsole Output { get; } = output;

    /// <summary>Standard error.</summary>
    protected IAnsiConsole Error { get; } = error;

    /// <summary>What is said when the user stops the program.</summary>
    protected virtual string Interrupted => Throw.Interrupted;

    /// <summary>Runs a program on the process's own console, until it is done or Ctrl-C is pressed.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="create">Makes the program from standard output and standard error.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int RunOnConsole(string[] arguments, Func<IAnsiConsole, IAnsiConsole, CommandProgram> create)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C ends the run after the row or image at hand; a second one ends the program.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };

        CommandProgram program = create(
            Consoles.Over(Console.Out, Console.IsOutputRedirected),
            Consoles.Over(Console.Error, Console.IsErrorRedirected));
        return program.Run(arguments, stop.Token);
    }

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            ParseResult? line = CommandLineReader.Read(CreateCommand(), arguments, Output.Profile.Out.Writer);
            return line is null ? ExitCode.Success : Run(line, cancellation);
        }
        catch (OperationCanceledException)
        {
            Say(Error, Interrupted);
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is UsageException or ZooPruneException or ArgumentException)
        {
            Say(Error, e.Message);
            return ExitCode.BadInput;
        }
    }

    /// <summary>The command with all its options.</summary>
    protected abstract RootCommand CreateCommand();

    /// <summary>Does what the options say.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    protected abstract int Run(ParseResult line, CancellationToken cancellation);

    /// <summary>One line as it is: neither wrapped at the console's width nor read as markup.</summary>
    protected static void Say(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);
}
