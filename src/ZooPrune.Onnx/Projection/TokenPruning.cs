namespace ZooPrune.Onnx;

/// <summary>Prunes with whatever options each call brings. Thread-safe.</summary>
internal sealed class TokenPruning(IProjector projector)
{
    // One pruner is kept, not one for every options object ever seen: callers use the same options again and again.
    private volatile PreparedPruner? _last;

    /// <param name="visualTokens">X, row-major [N, D].</param>
    /// <param name="pruning">What to keep; null keeps all.</param>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, PruningOptions? pruning)
    {
        int width = projector.InputWidth;
        if (visualTokens.IsEmpty || visualTokens.Length % width != 0)
        {
            throw Throw.VisualTokenLength(visualTokens.Length, width);
        }

        int count = visualTokens.Length / width;
        return pruning is null ? KeepAll(visualTokens, count) : PrunerFor(pruning).Prune(visualTokens, count);
    }

    private TokenSelection KeepAll(ReadOnlySpan<float> visualTokens, int count)
    {
        int[] oneTile = [count];
        VisualTokenCheck.Tokens(visualTokens, oneTile, projector.InputWidth);
        float[] projected = new float[VisualTokenCheck.ProjectedLength(count, projector.OutputWidth)];
        projector.Project(visualTokens, projected);
        VisualTokenCheck.Projection(projected, [], count, projector);
        return TokenSelection.KeepAll(projected, count);
    }

    private VisualTokenPruner PrunerFor(PruningOptions options)
    {
        PreparedPruner? prepared = _last;
        if (prepared is null || prepared.Options != options)
        {
            prepared = new PreparedPruner(options, new VisualTokenPruner(projector, options));
            _last = prepared;
        }

        return prepared.Pruner;
    }

    private sealed record PreparedPruner(PruningOptions Options, VisualTokenPruner Pruner);
}
