namespace ZooPrune;

/// <summary>
/// Compiles what a prune runs before the first prune needs it. The runtime compiles methods when they are first called; for a prune these
/// are some three hundred, 40 to 60 ms, ten times what the prune itself takes on a small model.
/// </summary>
public static class PruningWarmUp
{
    // Whole registers and a rest for every loop, and so few kept that cosines are computed row by row, as for real images.
    private const int Tokens = 131;
    private const int Width = 33;

    private static readonly Lazy<Task> Started = new(() => Task.Run(Run));

    /// <summary>
    /// Starts it on a thread of the pool, once a process; further calls do nothing. A prune that comes before it is done is right all
    /// the same, and takes part of the time itself.
    /// </summary>
    /// <returns>Ends when it is done.</returns>
    public static Task Start() => Started.Value;

    /// <summary>
    /// Prunes made-up tokens with a projector and the closed form, on a thread of the pool, so that what the projector makes at its first
    /// run is there as well.
    /// </summary>
    /// <param name="projector">Stays in use until the task ends.</param>
    /// <returns>Ends when it is done, with the projector's error if it failed; a prune would give the same.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="projector"/> is null.</exception>
    public static Task Start(IClosedFormProjector projector)
    {
        ArgumentNullException.ThrowIfNull(projector);
        return Task.Run(() => Prune(projector));
    }

    private static void Run()
    {
        float[] values = Values(Width * Width);
        ReadOnlySpan<float> biases = values.AsSpan(0, Width);
        Prune(new MlpProjector(values, biases, values, biases, Width, Width, Width));
    }

    private static void Prune(IProjector projector)
    {
        float[] tokens = Values(Tokens * projector.InputWidth);
        PruningOptions options = new() { Keep = KeepBudget.Tokens(Tokens / 9), Sensitivity = SensitivityMethod.ClosedForm };
        new VisualTokenPruner(projector, options).Prune(tokens, Tokens);
    }

    private static float[] Values(int count) => [.. Enumerable.Range(1, count).Select(i => MathF.Sin(i))];
}
