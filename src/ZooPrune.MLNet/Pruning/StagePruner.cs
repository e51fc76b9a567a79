using ZooPrune.Onnx;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.MLNet;

/// <summary>Prunes as the options of a stage say. It holds no state of a row, so all cursors share it and what it computed for the
/// projector.</summary>
internal sealed class StagePruner
{
    private readonly PruningOptions _options;
    private readonly ModelPruner _pruning;

    // With a budget of all tokens there is nothing to choose: the cheapest selection keeps the same ones.
    private readonly PruningOptions _idleOptions;
    private readonly ModelPruner _idle;
    private readonly bool _wantsScores;

    /// <summary>Checks all options, also those that a budget of all tokens makes idle.</summary>
    /// <param name="options">What to keep and how to choose.</param>
    /// <param name="wantsScores">Whether a column shows how the tokens were chosen.</param>
    public StagePruner(PruningStageOptions options, bool wantsScores)
    {
        _options = options.ToPruningOptions();
        _pruning = options.Model.NewPruner();
        _pruning.Check(_options);
        _idleOptions = _options with { Selection = SelectionMethod.Uniform, CustomSelection = null, OnlyIfFaster = false };
        _idle = options.Model.NewPruner();
        _wantsScores = wantsScores;
    }

    /// <summary>Times the model, if it is to decide; a moment at the first row only. It is no part of any row's time.</summary>
    public void Prepare(ImageLayout layout) => _pruning.Decide(layout.Candidates.Length, _options);

    /// <summary>
    /// Prunes the tokens of one image, [N, D], or keeps them all where the model is to decide and pruning does not pay. Thread-safe.
    /// </summary>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens, ImageLayout layout)
    {
        int count = layout.Candidates.Length;
        return !_wantsScores && _options.Keep.Resolve(count) == count
            ? _idle.Prune(visualTokens, layout, _idleOptions)
            : _pruning.Prune(visualTokens, layout, _options);
    }
}
