using System.Diagnostics;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// Uses something hostile and says what was wrong with how it ended. Right is: it works, or an error of this library with a message,
/// soon and without much memory.
/// </summary>
internal static class Judge
{
    public const long MostBytes = 256 << 20;
    private const int StackBytes = 1 << 20;

    // More than any is allowed, since other programs share the cores; what takes longer is a hang, not a slow machine.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>What was wrong; null if nothing. The stack is as small as that of a main thread on any system.</summary>
    public static string? Use(Action use, out bool worked)
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
        return !ended ? $"it did not end in {Hang.TotalSeconds} s"
            : thrown is not (null or ZooPruneException or ArgumentException) ? $"{thrown}"
            : thrown?.Message.Length == 0 ? $"{thrown.GetType()} without a message"
            : taken > Slow ? $"it took {taken.TotalSeconds:F1} s"
            : bytes > MostBytes ? $"it allocated {bytes >> 20} MB"
            : null;
    }
}
