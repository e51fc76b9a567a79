using System.Diagnostics;

namespace ZooPrune.Tests;

/// <summary>
/// Uses something hostile and says what was wrong with how it ended. Right is: it works, or an error of this library with a message,
/// soon and without much memory.
/// </summary>
internal static class Judge
{
    public const long MostBytes = 256 << 20;
    private const int StackBytes = 1 << 20;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    // What takes longer is a hang, not a slow machine.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>What was wrong; null if nothing. What seems slow is used again: other programs share the cores.</summary>
    public static string? Use(Action use, out bool worked)
    {
        string? problem = null;
        worked = false;
        for (int round = 0; round < 3; round++)
        {
            problem = Use(use, out worked, out bool isSlow);
            if (!isSlow)
            {
                break;
            }
        }

        return problem;
    }

    /// <summary>The stack is as small as that of a main thread on any system.</summary>
    private static string? Use(Action use, out bool worked, out bool isSlow)
    {
        Exception? thrown = null;
        long bytes = 0;
        TimeSpan taken = default;
        var thread = new Thread(
            () =>
            {
                long start = Stopwatch.GetTimestamp();
                try
                {
                    use();
                }
                catch (Exception exception)
                {
                    thrown = exception;
                }

                taken = Stopwatch.GetElapsedTime(start);
                bytes = GC.GetAllocatedBytesForCurrentThread();
            },
            StackBytes)
        { IsBackground = true };
        thread.Start();
        bool ended = thread.Join(Hang);
        worked = ended && thrown is null;
        isSlow = ended && taken > Slow;
        return !ended ? $"it did not end in {Hang.TotalSeconds} s"
            : thrown is not (null or ZooPruneException or ArgumentException) ? $"{thrown}"
            : thrown?.Message.Length == 0 ? $"{thrown.GetType()} without a message"
            : isSlow ? $"it took {taken.TotalSeconds:F1} s"
            : bytes > MostBytes ? $"it allocated {bytes >> 20} MB"
            : null;
    }
}
