using Spectre.Console;
using ZooPrune.Samples;

namespace ZooPrune.Studies;

/// <summary>How a study goes about its images.</summary>
/// <param name="Images">At most so many images of each part.</param>
/// <param name="OutcomeFile">Where the outcomes of rules are kept; null = in memory only.</param>
/// <param name="Progress">Standard error.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record StudyRun(int Images, string? OutcomeFile, IAnsiConsole Progress, CancellationToken Cancellation)
{
    /// <summary>Does some work on the first images, one thread an image.</summary>
    public void OverImages(IReadOnlyList<IGrouping<string, Question>> images, Action<IGrouping<string, Question>> work)
    {
        int count = Math.Min(Images, images.Count);
        ProgressDisplay.Run(Progress, "images", count, step =>
        {
            ParallelOptions threads = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = Cancellation };
            Parallel.For(0, count, threads, index =>
            {
                work(images[index]);
                step();
            });
        });
    }
}
