namespace ZooPrune;

/// <summary>
/// Compiles what a prune runs before the first prune needs it. The runtime compiles methods when they are first called; for a prune these
/// are some three hundred, 40 to 60 ms, ten times what the prune itself takes on a small model.
/// </summary>
public static class PruningWarmUp
{
    // Enough rows for every loop to meet whole registers and a rest.
    private const int Tokens = 37;
    private const int Width = 33;

    private static readonly Lazy<Task> Started = new(() => Task.Run(Run));

    /// <summary>
    /// Starts it on a thread of the pool, once a process; further calls do nothing. A prune that comes before it is done is right all
    /// the same, and takes part of the time itself.
    /// </summary>
    /// <returns>Ends when it is done.</returns>
    public static Task Start() => Started.Value;

    private static void Run()
    {
        float[] values = [.. Enumerable.Range(1, Tokens * Width).Select(i => MathF.Sin(i))];
        ReadOnlySpan<float> weights = values.AsSpan(0, Width * Width);
        ReadOnlySpan<float> biases = values.AsSpan(0, Width);
        MlpProjector projector = new(weights, biases, weights, biases, Width, Width, Width);
        PruningOptions closedForm = new() { Keep = KeepBudget.Tokens(Tokens / 2), Sensitivity = SensitivityMethod.ClosedForm };
        new VisualTokenPruner(projector, closedForm).Prune(values, [Tokens / 2, Tokens - (Tokens / 2)]);
        new VisualTokenPruner(projector, closedForm).Prune(values, Tokens);
    }
}
