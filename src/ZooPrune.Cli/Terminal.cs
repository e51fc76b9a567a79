using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace ZooPrune.Cli;

/// <summary>What a command reads and where it writes: results to standard output; progress and errors to standard error.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="cancellation">Set by Ctrl-C.</param>
/// <param name="input">Standard input; null = that of this process.</param>
/// <param name="log">Takes what --verbose shows; null without it.</param>
internal sealed class Terminal(
    IAnsiConsole output, IAnsiConsole error, CancellationToken cancellation, StandardInput? input = null, VerboseLog? log = null)
    : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly List<IDisposable> _owned = [];
    private bool _isWorkLeftBehind;

    /// <summary>Standard output, for tables.</summary>
    public IAnsiConsole Output { get; } = output;

    /// <summary>Standard error, for progress.</summary>
    public IAnsiConsole Error { get; } = error;

    /// <summary>Standard input: a picture or lines.</summary>
    public StandardInput Input { get; } = input ?? StandardInput.OfProcess;

    /// <summary>Where models tell what they do, for --verbose; null without it.</summary>
    public ILoggerFactory? Log { get; } = log;

    /// <summary>Set by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>One line of results.</summary>
    public void Say(string text) => Output.Say(text);

    /// <summary>One line about what went wrong.</summary>
    public void Complain(string text) => Error.Say(text);

    /// <summary>The whole result as JSON.</summary>
    public void SayJson<T>(T report) => Say(JsonText.Of(report));

    /// <summary>The next line that is typed; null at the end.</summary>
    /// <param name="prompt">Markup before it, where somebody types.</param>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed; the process should end.</exception>
    public string? ReadLine(string prompt)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Input.IsTerminal)
        {
            Output.Markup(prompt);
        }

        Task<string?> line = Task.Run(Input.ReadLine, CancellationToken.None);
        WaitHandle.WaitAny([((IAsyncResult)line).AsyncWaitHandle, Cancellation.WaitHandle]);
        Cancellation.ThrowIfCancellationRequested();
        return line.GetAwaiter().GetResult();
    }

    /// <summary>Disposes <paramref name="resource"/> with the terminal, unless work that Ctrl-C left behind may still use it.</summary>
    public T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    /// <summary>Does some work; says what it is if it takes over two seconds.</summary>
    /// <param name="activity">What is being done, as in "loading the model".</param>
    /// <param name="work">The work, on another thread.</param>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed; the work was left behind, and the process should end.</exception>
    public T While<T>(string activity, Func<T> work)
    {
        Cancellation.ThrowIfCancellationRequested();
        var task = Task.Run(work, CancellationToken.None);
        Wait(activity, ((IAsyncResult)task).AsyncWaitHandle);
        LeaveIfCancelled(task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Does some work that makes text, and writes the text to standard output as it comes.</summary>
    /// <param name="activity">What is being done until the first text.</param>
    /// <param name="work">The work, on another thread; it hands pieces of the text to what it is given.</param>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed; the work was left behind, and the process should end.</exception>
    public T WhileWriting<T>(string activity, Func<Action<string>, T> work)
    {
        Cancellation.ThrowIfCancellationRequested();
        var pieces = new BlockingCollection<string>();
        var begun = new ManualResetEvent(false);
        var task = Task.Run(
            () =>
            {
                try
                {
                    return work(piece =>
                    {
                        pieces.Add(piece);
                        begun.Set();
                    });
                }
                finally
                {
                    pieces.CompleteAdding();
                    begun.Set();
                }
            },
            CancellationToken.None);
        Wait(activity, begun);
        LeaveIfCancelled(task);
        bool isWritten = false;
        try
        {
            foreach (string piece in pieces.GetConsumingEnumerable(Cancellation))
            {
                isWritten = true;
                Output.Profile.Out.Writer.Write(Consoles.Harmless(piece));
                Output.Profile.Out.Writer.Flush();
            }

            return task.GetAwaiter().GetResult();
        }
        finally
        {
            // Whatever follows, an error too, begins a line.
            if (isWritten)
            {
                Say("");
            }

            _isWorkLeftBehind |= !task.IsCompleted;
        }
    }

    public void Dispose()
    {
        if (!_isWorkLeftBehind)
        {
            _owned.ForEach(resource => resource.Dispose());
        }
    }

    /// <summary>Waits for the work or Ctrl-C, and says that time passes.</summary>
    private void Wait(string activity, WaitHandle done)
    {
        // A spinner and the lines of --verbose would overwrite each other.
        if (Error.Profile.Capabilities is { Interactive: true, Ansi: true } && Log is null)
        {
            Error.Status().Start(Markup.Escape(activity), _ => IsOver(Timeout.InfiniteTimeSpan));
            return;
        }

        // A line after two seconds, then one whenever the time has doubled.
        var clock = Stopwatch.StartNew();
        TimeSpan next = Patience;
        while (!IsOver(next > clock.Elapsed ? next - clock.Elapsed : TimeSpan.Zero))
        {
            Error.Say($"{activity}: {next.TotalSeconds:0} s so far");
            next *= 2;
        }

        bool IsOver(TimeSpan timeout) => WaitHandle.WaitAny([done, Cancellation.WaitHandle], timeout) != WaitHandle.WaitTimeout;
    }

    private void LeaveIfCancelled(Task task)
    {
        if (Cancellation.IsCancellationRequested && !task.IsCompleted)
        {
            _isWorkLeftBehind = true;
            throw new OperationCanceledException(Cancellation);
        }
    }
}
