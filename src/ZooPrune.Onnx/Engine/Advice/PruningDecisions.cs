namespace ZooPrune.Onnx.Engine;

/// <summary>
/// Advice that is asked for once for each number of tokens and set of options, and kept, so that all rows of a run are treated alike.
/// Thread-safe; one thread measures while the others wait, for two that measure would slow each other down.
/// </summary>
/// <param name="advise">Gives the advice for N tokens and options.</param>
internal sealed class PruningDecisions(Func<int, PruningOptions, PruningAdvice> advise)
{
    // Far more than a program has in use. Beyond it the oldest are not worth keeping, and memory must not grow.
    private const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(int TokenCount, PruningOptions Options), PruningAdvice> _kept = [];

    /// <param name="tokenCount">N; at least 1.</param>
    /// <param name="options">What to keep and how to choose; checked already.</param>
    public PruningAdvice Advise(int tokenCount, PruningOptions options)
    {
        // The advice is the same whether or not it will be followed.
        (int, PruningOptions) key = (tokenCount, options with { OnlyIfFaster = false });
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out PruningAdvice? advice))
            {
                advice = advise(tokenCount, key.Item2);
                if (_kept.Count == MostKept)
                {
                    _kept.Clear();
                }

                _kept.Add(key, advice);
            }

            return advice;
        }
    }
}
