namespace ZooPrune;

/// <summary>Runs a loop over tokens on several threads, a block of tokens at a time.</summary>
/// <remarks>
/// A token is never split between threads, and nothing is summed over tokens here: the number of threads cannot change a result.
/// </remarks>
internal static class TokenLoop
{
    // Wide enough to use each weight that is fetched many times, and whole in the 3-row blocks of the kernels.
    private const int MostRows = 96;
    private const int LeastRows = 12;

    /// <summary>The number of threads that an option means: 0 is one per processor.</summary>
    public static int Threads(int maxThreads) => maxThreads > 0 ? maxThreads : Environment.ProcessorCount;

    /// <summary>Calls <paramref name="body"/> with (first token, number of tokens) until all tokens had their turn.</summary>
    /// <param name="tokenCount">Number of tokens.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="body">May run on several threads at once, for different tokens.</param>
    public static void Run(int tokenCount, int maxThreads, Action<int, int> body)
    {
        int threads = Threads(maxThreads);
        int rows = BlockRows(tokenCount, threads);
        int blocks = (tokenCount + rows - 1) / rows;
        if (threads == 1 || blocks == 1)
        {
            for (int first = 0; first < tokenCount; first += rows)
            {
                body(first, Math.Min(rows, tokenCount - first));
            }

            return;
        }

        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            int first = block * rows;
            body(first, Math.Min(rows, tokenCount - first));
        });
    }

    private static int BlockRows(int tokenCount, int threads)
    {
        int share = (tokenCount + threads - 1) / threads;
        int whole = (share + LeastRows - 1) / LeastRows * LeastRows;
        return Math.Clamp(whole, LeastRows, MostRows);
    }
}
