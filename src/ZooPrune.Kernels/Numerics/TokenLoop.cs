namespace ZooPrune;

/// <summary>What a loop over tokens does with a block of them. A struct, so that a loop needs no closure.</summary>
internal interface ITokenBody
{
    /// <summary>May run on several threads at once, for different tokens.</summary>
    void Run(int first, int count);
}

/// <summary>Runs a loop over tokens on several threads, a block of tokens at a time.</summary>
/// <remarks>
/// A token is never split between threads, and nothing is summed over tokens here: the number of threads cannot change a result.
/// Allocates nothing once <see cref="ParallelLoop"/> has warmed up; the overload that takes a delegate allocates what its caller's
/// closure does.
/// </remarks>
internal static class TokenLoop
{
    // Wide enough to use each weight that is fetched many times, and whole in the strips of the kernels.
    private const int MostRows = 96;
    private const int LeastRows = 16;

    /// <summary>The number of threads that an option means: 0 is one per processor.</summary>
    public static int Threads(int maxThreads) => ParallelLoop.Threads(maxThreads);

    /// <summary>Runs <paramref name="body"/> on blocks of tokens until all tokens had their turn.</summary>
    /// <param name="tokenCount">Number of tokens.</param>
    /// <param name="maxThreads">The most threads; 0 means one per processor.</param>
    /// <param name="body">The work. What it throws first reaches the caller.</param>
    public static void Run<TBody>(int tokenCount, int maxThreads, TBody body)
        where TBody : struct, ITokenBody
    {
        int rows = BlockRows(tokenCount, Threads(maxThreads));
        ParallelLoop.Run((tokenCount + rows - 1) / rows, maxThreads, new Blocks<TBody>(body, rows, tokenCount));
    }

    /// <summary>Calls <paramref name="body"/> with (first token, number of tokens) until all tokens had their turn.</summary>
    public static void Run(int tokenCount, int maxThreads, Action<int, int> body) =>
        Run(tokenCount, maxThreads, new DelegateBody(body));

    private static int BlockRows(int tokenCount, int threads)
    {
        int share = (tokenCount + threads - 1) / threads;
        int whole = (share + LeastRows - 1) / LeastRows * LeastRows;
        return Math.Clamp(whole, LeastRows, MostRows);
    }

    private readonly struct Blocks<TBody>(TBody body, int rows, int tokenCount) : ILoopBody
        where TBody : struct, ITokenBody
    {
        public void Run(int index) => body.Run(index * rows, Math.Min(rows, tokenCount - (index * rows)));
    }

    private readonly struct DelegateBody(Action<int, int> body) : ITokenBody
    {
        public void Run(int first, int count) => body(first, count);
    }
}
