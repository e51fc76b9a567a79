namespace ZooPrune.Onnx.Engine;

/// <summary>Prunes with whatever options each call brings. Thread-safe.</summary>
/// <param name="projector">M.</param>
/// <param name="decisions">Whether pruning pays, where the options ask.</param>
internal sealed class ModelPruner(IProjector projector, PruningDecisions decisions)
{
    // Callers use the same few options again and again. Each pruner keeps the memory of one image.
    private const int MostKept = 4;

    private readonly Lock _lock = new();
    private readonly List<PreparedPruner> _prepared = [];

    /// <summary>Checks options, and gets ready for them.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public void Check(PruningOptions pruning) => PrunerFor(pruning);

    /// <summary>What a prune of such an image would note.</summary>
    public string? NoteOn(ImageLayout layout, PruningOptions pruning) => PrunerFor(pruning).NoteOn([.. layout.TileLengths]);

    /// <summary>Whether a selection uses the attention inside the vision encoder.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public bool UsesAttention(PruningOptions? pruning) =>
        pruning is not null && PrunerFor(pruning).UsesAttention != AttentionParts.None;

    /// <param name="visualTokens">X, row-major [N, D], over all tiles.</param>
    /// <param name="layout">Which of them can be chosen, in which tiles; of as many tokens.</param>
    /// <param name="pruning">What to keep; null keeps all.</param>
    /// <param name="attention">What the encoder's attention says about as many tokens, for selections that use it.</param>
    public TokenSelection Prune(
        ReadOnlySpan<float> visualTokens, ImageLayout layout, PruningOptions? pruning, EncoderAttention? attention = null)
    {
        int width = projector.InputWidth;
        if (visualTokens.IsEmpty || visualTokens.Length % width != 0)
        {
            throw Throw.VisualTokenLength(visualTokens.Length, width);
        }

        if (visualTokens.Length / width != layout.TokenCount)
        {
            throw Throw.LayoutMismatch(visualTokens.Length / width, layout.TokenCount);
        }

        if (layout.TakesAll)
        {
            return PruneCandidates(visualTokens, layout, pruning, attention);
        }

        float[] candidates = new float[layout.Candidates.Length * width];
        for (int i = 0; i < layout.Candidates.Length; i++)
        {
            visualTokens.Slice(layout.Candidates[i] * width, width).CopyTo(candidates.AsSpan(i * width));
        }

        return PruneCandidates(candidates, layout, pruning, attention?.Pick(layout.Candidates)).Among(layout.Candidates, layout.TokenCount);
    }

    private TokenSelection PruneCandidates(
        ReadOnlySpan<float> candidates, ImageLayout layout, PruningOptions? pruning, EncoderAttention? attention)
    {
        int count = layout.Candidates.Length;
        if (pruning is null)
        {
            return VisualTokenPruner.KeepAll(projector, candidates, count);
        }

        PruningAdvice? advice = Decide(count, pruning);
        return advice is { PaysOff: false }
            ? VisualTokenPruner.KeepAll(projector, candidates, count, advice.Refusal)
            : PrunerFor(pruning).Prune(new PruningInput(candidates, [.. layout.TileLengths]) { Attention = attention });
    }

    /// <summary>The advice that the options want to be followed; null where they do not, or keep everything anyway.</summary>
    /// <param name="tokenCount">N; at least 1.</param>
    /// <param name="pruning">What to keep; null keeps all.</param>
    public PruningAdvice? Decide(int tokenCount, PruningOptions? pruning)
    {
        if (pruning is not { OnlyIfFaster: true })
        {
            return null;
        }

        PrunerFor(pruning);
        return pruning.Keep.Resolve(tokenCount) < tokenCount ? Advise(tokenCount, pruning) : null;
    }

    /// <summary>What pruning costs and saves, with the options checked before anything is timed.</summary>
    public PruningAdvice Advise(int tokenCount, PruningOptions pruning)
    {
        PrunerFor(pruning);
        return decisions.Advise(tokenCount, pruning);
    }

    private VisualTokenPruner PrunerFor(PruningOptions options)
    {
        lock (_lock)
        {
            if (_prepared.Find(kept => kept.Options == options) is { } found)
            {
                return found.Pruner;
            }

            var pruner = new VisualTokenPruner(projector, options with { OnlyIfFaster = false });
            if (_prepared.Count == MostKept)
            {
                _prepared.RemoveAt(0);
            }

            _prepared.Add(new PreparedPruner(options, pruner));
            return pruner;
        }
    }

    private sealed record PreparedPruner(PruningOptions Options, VisualTokenPruner Pruner);
}
