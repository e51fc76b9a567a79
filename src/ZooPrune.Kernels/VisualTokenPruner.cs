namespace ZooPrune;

/// <summary>
/// Keeps the visual tokens that matter: score (project, and say how sensitive each token is), select, gather. Training-free; the
/// question is never looked at. ZOO-Prune (Kim et al., CVPR 2026, arXiv 2509.24837, algorithm 1) and its neighbours.
/// </summary>
/// <remarks>
/// Immutable; calls from several threads at once are fine if the projector allows them. The same input gives the same bits on one
/// machine, whatever <see cref="PruningOptions.MaxThreads"/> says, if the projector does so.
/// </remarks>
public sealed class VisualTokenPruner
{
    private readonly IProjector _projector;
    private readonly PruningOptions _options;
    private readonly ITokenScorer _scorer;
    private readonly ITokenSelector _selector;

    /// <summary>Creates a pruner; everything is checked here.</summary>
    /// <param name="projector">M. With an <see cref="IClosedFormProjector"/> no direction need be sampled.</param>
    /// <param name="options">What to keep and how to choose.</param>
    /// <param name="directions">Directions for the sampled methods, in place of those that the options describe; otherwise unused.</param>
    /// <exception cref="ArgumentNullException">The projector or the options are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The options, the projector and the directions do not fit together.</exception>
    /// <exception cref="NotSupportedException"><see cref="SelectionMethod.ZooPruneTuned"/> was asked for.</exception>
    public VisualTokenPruner(IProjector projector, PruningOptions options, DirectionBank? directions = null)
        : this(projector, options, directions, TokenKernels.Default)
    {
    }

    internal VisualTokenPruner(IProjector projector, PruningOptions options, DirectionBank? directions, ITokenKernels kernels)
    {
        PruningOptionsCheck.Check(projector, options);
        _options = options;
        _projector = projector switch
        {
            MlpProjector managed => managed.WithThreads(options.MaxThreads),
            NormMlpProjector managed => managed.WithThreads(options.MaxThreads),
            _ => projector,
        };
        _selector = TokenSelector.Create(options, kernels);
        _scorer = TokenScorer.Create(_projector, options, directions, _selector.UsesSensitivity, kernels);
    }

    /// <summary>Prunes the visual tokens of one image.</summary>
    /// <param name="visualTokens">X, row-major [N, D], out of the encoder and before the projector.</param>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <returns>What was kept; all tokens, with a note, where the budget is larger than N.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tokenCount"/> is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="visualTokens"/> has another size, or holds NaN or infinity.</exception>
    /// <exception cref="ZooPruneException">The projector returned NaN or infinity.</exception>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, int tokenCount)
    {
        VisualTokenCheck.Count(tokenCount);
        return Prune(visualTokens, [tokenCount]);
    }

    /// <summary>
    /// Prunes the visual tokens of an image that was cut into tiles; every tile is scored on its own and keeps its share.
    /// </summary>
    /// <param name="visualTokens">X, row-major [N, D]: the tokens of the first tile, then those of the second, and so on.</param>
    /// <param name="tileLengths">The number of tokens of each tile, each at least 1; N is their sum.</param>
    /// <returns>
    /// What was kept, K over all tiles together. Every tile gets floor(K / tiles); a tile with fewer tokens keeps all of them, with
    /// a note, and the others share the rest; the remainder goes to the tiles of largest summed sensitivity.
    /// <see cref="SelectionMethod.DivPrune"/> lets all tiles compete together, as published.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no tile, one is empty, or <paramref name="visualTokens"/> has another size or holds NaN or infinity.
    /// </exception>
    /// <exception cref="ZooPruneException">The projector returned NaN or infinity.</exception>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ReadOnlySpan<int> tileLengths)
    {
        int count = VisualTokenCheck.Tokens(visualTokens, tileLengths, _projector.InputWidth);

        // Score.
        float[] projected = new float[VisualTokenCheck.ProjectedLength(count, _projector.OutputWidth)];
        float[] sensitivity = _selector.UsesSensitivity ? new float[count] : [];
        _scorer.Score(visualTokens, projected, sensitivity);
        VisualTokenCheck.Projection(projected, sensitivity, count, _projector);

        // Select.
        int keep = _options.Keep.Resolve(count);
        ReadOnlySpan<int> tiles = _selector.JoinsTiles ? [count] : tileLengths;
        int[] order = TileSelection.Select(_selector, projected, sensitivity, tiles, keep, out string? tileNote);

        // Gather.
        int[] kept = [.. order.Order()];
        float[] keptTokens = Gather(projected, kept, _projector.OutputWidth);
        return new TokenSelection(count, kept, order, sensitivity, keptTokens)
        {
            SensitivityMethodUsed = _scorer.Method,
            Note = _options.Keep.TokenCount > count ? $"keep {_options.Keep.TokenCount} of {count}: all tokens kept" : tileNote ?? _scorer.Note,
        };
    }

    private static float[] Gather(float[] projected, int[] kept, int width)
    {
        float[] gathered = new float[kept.Length * width];
        for (int k = 0; k < kept.Length; k++)
        {
            projected.AsSpan(kept[k] * width, width).CopyTo(gathered.AsSpan(k * width));
        }

        return gathered;
    }
}
