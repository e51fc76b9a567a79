using System.Diagnostics;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>
/// Shows how far a piece of work is: a bar on a terminal, a line every few seconds anywhere else. Both go to standard error, so that
/// standard output holds results only.
/// </summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Runs <paramref name="work"/>, which calls what it is handed once for each of <paramref name="total"/> steps.</summary>
    /// <param name="console">Standard error.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="total">How many steps there are.</param>
    /// <param name="work">The work. The action it gets may be called from several threads.</param>
    public static void Run(IAnsiConsole console, string title, int total, Action<Action> work)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
        {
            ShowBar(console, title, total, work);
        }
        else
        {
            WriteLines(console, title, total, work);
        }
    }

    private static void ShowBar(IAnsiConsole console, string title, int total, Action<Action> work)
    {
        console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: total);
                work(() => task.Increment(1));
            });
    }

    private static void WriteLines(IAnsiConsole console, string title, int total, Action<Action> work)
    {
        Lock gate = new();
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan next = LineInterval;
        int done = 0;
        work(() =>
        {
            lock (gate)
            {
                done++;
                if (clock.Elapsed < next && done < total)
                {
                    return;
                }

                double left = clock.Elapsed.TotalSeconds / done * (total - done);
                console.WriteLine($"{title}: {done:N0} of {total:N0}"
                    + (done < total ? $", about {left:N0} s to go" : $" in {clock.Elapsed.TotalSeconds:N1} s"));
                next = clock.Elapsed + LineInterval;
            }
        });
    }
}
