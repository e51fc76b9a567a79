using System.Runtime.ExceptionServices;

namespace ZooPrune;

/// <summary>Loops on several threads, by <see cref="Parallel.For(int, int, Action{int})"/>.</summary>
/// <remarks>
/// An index or a token is never split between threads, and nothing is summed over them here: the number of threads cannot change a
/// result. The calling thread works too. Where the thread pool has work waiting (it is starved, or busy with others) it does everything
/// alone: Parallel.For would wait until the pool has come to its helpers. It does wait where every thread of the pool is blocked and
/// nothing is queued yet, until the pool adds a thread.
/// </remarks>
internal static class ParallelLoop
{
    // Wide enough to use each weight that is fetched many times, and whole in the strips of the kernels.
    private const int MostRows = 96;
    private const int LeastRows = 16;

    /// <summary>The number of threads that an option means: 0 is one per processor.</summary>
    public static int Threads(int maxThreads) => maxThreads > 0 ? maxThreads : Environment.ProcessorCount;

    /// <summary>Runs <paramref name="body"/> for 0 .. count - 1.</summary>
    /// <param name="count">Number of indices.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="body">The work. What it throws first reaches the caller; indices not begun by then are left out.</param>
    public static void Run(int count, int maxThreads, Action<int> body)
    {
        int threads = Math.Min(Threads(maxThreads), count);
        if (threads <= 1 || ThreadPool.PendingWorkItemCount > 0)
        {
            for (int index = 0; index < count; index++)
            {
                body(index);
            }

            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }

    /// <summary>Calls <paramref name="body"/> with (first token, number of tokens) until all tokens had their turn.</summary>
    /// <param name="tokenCount">Number of tokens.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="body">The work.</param>
    public static void RunBlocks(int tokenCount, int maxThreads, Action<int, int> body)
    {
        int threads = Threads(maxThreads);
        int share = (tokenCount + threads - 1) / threads;
        int rows = Math.Clamp((share + LeastRows - 1) / LeastRows * LeastRows, LeastRows, MostRows);
        Run((tokenCount + rows - 1) / rows, maxThreads, index => body(index * rows, Math.Min(rows, tokenCount - (index * rows))));
    }
}

/// <summary>
/// Rows of a caller's span that is held in place by <c>fixed</c>, so that several threads can read or write their own rows of it.
/// </summary>
/// <param name="start">The first value; valid as long as the memory is held.</param>
/// <param name="width">Values of a row.</param>
internal readonly unsafe struct PinnedRows(float* start, int width)
{
    /// <summary><paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    public Span<float> Rows(int first, int count) => new(start + ((nint)first * width), count * width);
}
