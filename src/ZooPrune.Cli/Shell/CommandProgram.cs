using System.CommandLine;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace ZooPrune.Shell;

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

    /// <summary>Runs a program on the process's own console, until it is done or stopped: by Ctrl-C, or by TERM or HUP.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="create">Makes the program from standard output and standard error.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int RunOnConsole(string[] arguments, Func<IAnsiConsole, IAnsiConsole, CommandProgram> create)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

        CommandProgram program = create(
            Consoles.Over(Console.Out, Console.IsOutputRedirected),
            Consoles.Over(Console.Error, Console.IsErrorRedirected));
        return program.Run(arguments, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            // The first signal lets the program say so and tidy up; a second one ends the process.
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            ParseResult? line = CommandLineReader.Read(CreateCommand(), arguments, Output.Profile.Out.Writer, HelpEnd);
            return line is null ? ExitCode.Success : Run(line, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Say(Error, Interrupted);
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is UsageException or ZooPruneException or ArgumentException)
        {
            Say(Error, exception.Message);
            return ExitCode.BadInput;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.SecurityException)
        {
            // The last resort: where a file is known to be somebody's input or output, its own message was made.
            Say(Error, Throw.FileSystem(exception));
            return ExitCode.BadInput;
        }
        catch (Exception exception)
        {
            // Whatever it is, a user can do nothing with a stack trace.
            Say(Error, Throw.Unexpected(exception));
            return ExitCode.Failure;
        }
    }

    /// <summary>The command with all its options.</summary>
    protected abstract RootCommand CreateCommand();

    /// <summary>What --help shows below the options of a command; null = nothing.</summary>
    protected virtual string? HelpEnd(Command command) => null;

    /// <summary>Does what the options say.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    protected abstract int Run(ParseResult line, CancellationToken cancellation);

    /// <inheritdoc cref="Consoles.Say"/>
    protected static void Say(IAnsiConsole console, string text) => console.Say(text);
}

/// <summary>What a program returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Done in part, or stopped by something that is nobody's input: the text says what.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage or unusable input: nothing was done.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped before the end by an error; what was done is kept and can be resumed.</summary>
    public const int Stopped = 3;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT), or by TERM or HUP.</summary>
    public const int Interrupted = 130;
}

/// <summary>What was typed cannot be done. The message goes to standard error and the program ends with exit code 2.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
