using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Prunes as the options of a stage say. It holds no state of a row, so all cursors share it.</summary>
internal sealed class StagePruner
{
    private readonly VisionLanguageModel _model;
    private readonly PruningOptions _options;

    // With a budget of all tokens there is nothing to choose: the cheapest selection keeps the same ones.
    private readonly PruningOptions _idleOptions;
    private readonly bool _wantsScores;

    /// <summary>Checks all options, also those that a budget of all tokens makes idle.</summary>
    /// <param name="options">What to keep and how to choose.</param>
    /// <param name="wantsScores">Whether a column shows how the tokens were chosen.</param>
    public StagePruner(PruningStageOptions options, bool wantsScores)
    {
        _model = options.Model;
        _options = options.ToPruningOptions();
        _model.CheckPruning(_options);
        _idleOptions = _options with { Selection = SelectionMethod.Uniform, CustomSelection = null, OnlyIfFaster = false };
        _wantsScores = wantsScores;
        NeedsAttention = _model.NeedsAttention(_options);
    }

    /// <summary>Whether the selection uses the attention inside the vision encoder, so that it and the encoder belong together.</summary>
    public bool NeedsAttention { get; }

    /// <summary>Runs the vision encoder, and reads of its inside what the selection uses. Thread-safe.</summary>
    public EncodedImage Encode(PreparedImage image, CancellationToken cancellation) => _model.Encode(image, _options, cancellation);

    /// <summary>Times the model, if it is to decide; a moment at the first row only. It is no part of any row's time.</summary>
    public void Prepare(ImageLayout layout)
    {
        if (_options.OnlyIfFaster && _options.Keep.Resolve(layout.CandidateCount) < layout.CandidateCount)
        {
            _model.Advise(_options, layout);
        }
    }

    /// <summary>
    /// Prunes the tokens of one image, [N, D], or keeps them all where the model is to decide and pruning does not pay. Thread-safe.
    /// </summary>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ImageLayout layout) =>
        _model.Prune(visualTokens, layout, OptionsFor(layout));

    /// <inheritdoc cref="Prune(ReadOnlySpan{float}, ImageLayout)"/>
    public PrunedImage Prune(EncodedImage image) => _model.Prune(image, OptionsFor(image.Layout));

    /// <summary>Encodes and prunes images where the encoder leaves their tokens.</summary>
    public IReadOnlyList<PrunedImage> Prune(IReadOnlyList<PreparedImage> images, CancellationToken cancellation) =>
        _model.Prune(images, _options, cancellation);

    private PruningOptions OptionsFor(ImageLayout layout) =>
        !_wantsScores && _options.Keep.Resolve(layout.CandidateCount) == layout.CandidateCount ? _idleOptions : _options;
}
