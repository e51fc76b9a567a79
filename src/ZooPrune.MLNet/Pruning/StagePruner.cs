using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Prunes as the options of a stage say. It holds no state of a row, so all cursors share it.</summary>
internal sealed class StagePruner
{
    private readonly VisionLanguageModel _model;
    private readonly VisualTokenPruner _pruner;

    /// <summary>Checks all options, also those that a budget of all tokens makes idle. With such a budget there is nothing to choose,
    /// and nothing needs to be scored unless a column wants the scores: the cheapest selection keeps the same tokens.</summary>
    /// <param name="options">What to keep and how to choose.</param>
    /// <param name="wantsScores">Whether a column shows how the tokens were chosen.</param>
    public StagePruner(PruningStageOptions options, bool wantsScores)
    {
        _model = options.Model;
        PruningOptions pruning = options.ToPruningOptions();
        _pruner = new VisualTokenPruner(_model.Projector, pruning);
        if (!wantsScores && pruning.Keep.Resolve(_model.VisualTokenCount) == _model.VisualTokenCount)
        {
            _pruner = new VisualTokenPruner(_model.Projector, pruning with { Selection = SelectionMethod.Uniform });
        }
    }

    /// <summary>Prunes the tokens of one image, [N, D]. Thread-safe.</summary>
    public TokenSelection Prune(ReadOnlySpan<float> visualTokens) => _pruner.Prune(visualTokens, _model.VisualTokenCount);
}
