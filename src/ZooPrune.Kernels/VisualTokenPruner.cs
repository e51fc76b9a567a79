namespace ZooPrune;

/// <summary>
/// Keeps the visual tokens that matter: score (project, and say how sensitive each token is), select, gather. Training-free; the
/// question is never looked at. ZOO-Prune (Kim et al., CVPR 2026, arXiv 2509.24837, algorithm 1) and its neighbours.
/// </summary>
/// <remarks>
/// Calls from several threads at once are fine if the projector allows them, each with a <see cref="PruningWorkspace"/> of its own or
/// none. The same input gives the same bits on one machine, whatever <see cref="PruningOptions.MaxThreads"/> says, if the projector does
/// so. Between calls it keeps the memory of one, about N x H floats.
/// </remarks>
public sealed class VisualTokenPruner
{
    private readonly IProjector _projector;
    private readonly PruningOptions _options;
    private readonly ITokenScorer _scorer;
    private readonly ISelectionMethod _selection;

    // Memory of calls that bring none: one call at a time reuses it, others make their own.
    private PruningWorkspace? _spare;

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
        ArgumentNullException.ThrowIfNull(projector);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(projector);
        _options = options;
        _projector = projector switch
        {
            MlpProjector managed => managed.WithThreads(options.MaxThreads),
            NormMlpProjector managed => managed.WithThreads(options.MaxThreads),
            _ => projector,
        };
        _selection = SelectionMethodFactory.Create(options, kernels);
        _scorer = TokenScorer.Create(_projector, options, directions, _selection.UsesSensitivity, kernels);
    }

    /// <summary>How the sensitivity is computed, never Auto; null where the selection uses none.</summary>
    public SensitivityMethod? SensitivityMethodUsed => _scorer.Method;

    /// <summary>What of the vision encoder's attention has to be given in <see cref="PruningInput.Attention"/>.</summary>
    public AttentionParts UsesAttention => _selection.UsesAttention;

    /// <summary>Projects all visual tokens and keeps all, in order: what a model without pruning reads.</summary>
    /// <param name="projector">M.</param>
    /// <param name="visualTokens">X, row-major [N, D].</param>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <param name="note">Why all are kept, where that was not asked for; otherwise null.</param>
    /// <returns>The selection; it has no sensitivity.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="projector"/> is null.</exception>
    /// <inheritdoc cref="Prune(ReadOnlySpan{float}, int)" path="/exception"/>
    public static TokenSelection KeepAll(IProjector projector, ReadOnlySpan<float> visualTokens, int tokenCount, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(projector);
        VisualTokenCheck.Count(tokenCount);
        VisualTokenCheck.Tokens(visualTokens, [tokenCount], projector.InputWidth);
        float[] projected = new float[VisualTokenCheck.ProjectedLength(tokenCount, projector.OutputWidth)];
        projector.Project(visualTokens, projected);
        VisualTokenCheck.Projection(projected, [], tokenCount, projector, maxThreads: 1);
        return TokenSelection.KeepAll(projected, tokenCount, note);
    }

    /// <summary>What <see cref="TokenSelection.Note"/> would say of an image with such tiles.</summary>
    /// <param name="tileLengths">Tokens of each tile, 0 or more; empty for what does not depend on them.</param>
    /// <param name="keep">The budget; null for that of the options.</param>
    /// <returns>Null where everything is done as asked.</returns>
    public string? NoteOn(ReadOnlySpan<int> tileLengths, KeepBudget? keep = null)
    {
        KeepBudget budget = keep ?? _options.Keep;
        int count = 0;
        foreach (int length in tileLengths)
        {
            count += length;
        }

        return (count == 0 ? null : PerTileSelector.Note(
            budget, count, _selection.JoinsTiles ? [count] : tileLengths, budget.Resolve(count))) ?? _scorer.Note;
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
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ReadOnlySpan<int> tileLengths) =>
        Prune(new PruningInput(visualTokens, tileLengths));

    /// <summary>Prunes one image about which more is known than its tokens, or in memory of the caller's own.</summary>
    /// <param name="input">The tokens of one image.</param>
    /// <param name="workspace">
    /// Memory to be used, and used again by the next call; what is returned lies in it. Null: what is returned is the caller's.
    /// </param>
    /// <returns>What was kept, as without <see cref="PruningInput"/>; protected tokens are kept as well.</returns>
    /// <inheritdoc cref="PruneImages" path="/exception"/>
    public TokenSelection Prune(in PruningInput input, PruningWorkspace? workspace = null)
    {
        VisualTokenCheck.OneImage(input);
        return PruneImages(input, workspace)[0];
    }

    /// <summary>Prunes several images in one pass of the projector; each has its own budget, as if it had come alone.</summary>
    /// <param name="input">The tokens of the images.</param>
    /// <param name="workspace">As for <see cref="Prune(in PruningInput, PruningWorkspace)"/>.</param>
    /// <returns>What was kept of each image; positions are counted within the image.</returns>
    /// <exception cref="ArgumentException">
    /// The parts of <paramref name="input"/> do not fit together, hold NaN or infinity, or lack the scores that the method uses.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call is using the workspace.</exception>
    /// <exception cref="ZooPruneException">The projector returned NaN or infinity, or a selection of your own chose wrongly.</exception>
    public IReadOnlyList<TokenSelection> PruneImages(in PruningInput input, PruningWorkspace? workspace = null)
    {
        VisualTokenCheck.Input(input, _projector.InputWidth, _selection);
        PruningWorkspace work = workspace ?? Interlocked.Exchange(ref _spare, null) ?? new PruningWorkspace();
        work.Begin();
        try
        {
            ScoredTokens scored = Score(input, work);
            IReadOnlyList<TokenSelection> selections = workspace?.Selections(input.ImageCount) ?? TokenSelection.New(input.ImageCount);
            for (int i = 0; i < selections.Count; i++)
            {
                PruningInput image = input.Image(i);
                ScoredTokens tokens = scored.Slice(image.First, image.TokenCount);
                PerTileSelector.Select(_selection, image, tokens.Candidates(image), _options.Keep, selections[i]);
                selections[i].Gather(tokens, _scorer);
                if (_selection is ITokenReducer reducer && selections[i].SelectionOrder.Length > 0)
                {
                    ReadOnlySpan<float> rows = work.MergedRows.Span;
                    selections[i].Replace(rows, work.SortedRows.Take(rows.Length), reducer.MergesBeforeProjector ? _projector : null);
                }
            }

            return selections;
        }
        finally
        {
            work.End();
            if (workspace is null)
            {
                _spare = work;
            }
        }
    }

    /// <summary>Z = M(X) and S, of all images.</summary>
    private ScoredTokens Score(in PruningInput input, PruningWorkspace work)
    {
        int count = input.TokenCount;
        Span<float> projected = work.Projected.Take(VisualTokenCheck.ProjectedLength(count, _projector.OutputWidth));
        Span<float> sensitivity = work.Sensitivity.Take(_selection.UsesSensitivity ? count : 0);
        _scorer.Score(input.VisualTokens, projected, sensitivity);
        VisualTokenCheck.Projection(projected, sensitivity, count, _projector, _options.MaxThreads);
        return new ScoredTokens(projected, sensitivity, count, 0, work)
        {
            Scores = input.Scores,
            VisualTokens = _selection is ITokenReducer ? input.VisualTokens : [],
            Attention = input.Attention,
        };
    }
}
