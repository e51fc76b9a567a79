namespace ZooPrune.Tests;

/// <summary>Counts the bytes that a call allocates on any thread.</summary>
internal static class Allocation
{
    /// <summary>
    /// The least of several calls after some to warm up: the runtime's own threads (tiering, the test host) allocate now and then,
    /// and so do loops until the thread pool has come to them; a call that allocates does it every time.
    /// </summary>
    public static long LeastOf(Action call)
    {
        for (int i = 0; i < 5; i++)
        {
            call();
        }

        long least = long.MaxValue;
        for (int i = 0; i < 100 && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            call();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
