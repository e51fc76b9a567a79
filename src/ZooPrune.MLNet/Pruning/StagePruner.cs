using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Prunes as the options of a stage say. It holds no state of a row, so all cursors share it.</summary>
internal sealed class StagePruner
{
    private readonly VisionLanguageModel _model;
    private readonly VisualTokenPruner _pruner;

    // What the model decides by, where it is to decide; otherwise null.
    private readonly PruningOptions? _decided;

    /// <summary>Checks all options, also those that a budget of all tokens makes idle. With such a budget there is nothing to choose,
    /// and nothing needs to be scored unless a column wants the scores: the cheapest selection keeps the same tokens.</summary>
    /// <param name="options">What to keep and how to choose.</param>
    /// <param name="wantsScores">Whether a column shows how the tokens were chosen.</param>
    public StagePruner(PruningStageOptions options, bool wantsScores)
    {
        _model = options.Model;
        PruningOptions pruning = options.ToPruningOptions() with { OnlyIfFaster = false };
        _pruner = new VisualTokenPruner(_model.Projector, pruning);
        bool keepsAll = pruning.Keep.Resolve(_model.VisualTokenCount) == _model.VisualTokenCount;
        if (keepsAll && !wantsScores)
        {
            _pruner = new VisualTokenPruner(_model.Projector, pruning with { Selection = SelectionMethod.Uniform, CustomSelection = null });
        }

        _decided = options.OnlyIfFaster && !keepsAll ? options.ToPruningOptions() : null;
    }

    /// <summary>Times the model, if it is to decide; a moment at the first row only. It is no part of any row's time.</summary>
    public void Prepare()
    {
        if (_decided is not null)
        {
            _model.PrepareToPrune(_decided);
        }
    }

    /// <summary>
    /// Prunes the tokens of one image, [N, D], or keeps them all where the model is to decide and pruning does not pay. Thread-safe.
    /// </summary>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens) =>
        _decided is null ? _pruner.Prune(visualTokens, _model.VisualTokenCount) : _model.Prune(visualTokens, _decided);
}
