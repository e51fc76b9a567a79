using Microsoft.ML;
using ZooPrune.Onnx;

namespace ZooPrune.Samples;

/// <summary>
/// Prediction engines to borrow. An engine is for one thread at a time and for one budget; all share the model, so another engine costs some
/// megabytes of buffers and no weights. Those used last stay, the others are freed. Thread-safe.
/// </summary>
internal sealed class EnginePool(VisionLanguageModel model) : IDisposable
{
    private const int MostIdle = 24;

    private readonly Lock _lock = new();
    private readonly List<(int Keep, PredictionEngine<ShapesVqa.ModelInput, ShapesVqa.ModelOutput> Engine)> _idle = [];

    /// <summary>Engines that nobody uses right now.</summary>
    public int IdleCount
    {
        get
        {
            lock (_lock)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>Answers on the calling thread.</summary>
    /// <param name="keep">Visual tokens to keep.</param>
    /// <param name="input">Image and question.</param>
    public ShapesVqa.ModelOutput Predict(int keep, ShapesVqa.ModelInput input)
    {
        PredictionEngine<ShapesVqa.ModelInput, ShapesVqa.ModelOutput> engine =
            Take(keep) ?? ShapesVqa.CreatePredictEngine(model, KeepBudget.Tokens(keep));
        try
        {
            return engine.Predict(input);
        }
        finally
        {
            Return(keep, engine)?.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _idle.ForEach(idle => idle.Engine.Dispose());
            _idle.Clear();
        }
    }

    private PredictionEngine<ShapesVqa.ModelInput, ShapesVqa.ModelOutput>? Take(int keep)
    {
        lock (_lock)
        {
            int index = _idle.FindLastIndex(idle => idle.Keep == keep);
            if (index < 0)
            {
                return null;
            }

            var engine = _idle[index].Engine;
            _idle.RemoveAt(index);
            return engine;
        }
    }

    /// <returns>The engine that has not been used for longest, if there are too many now.</returns>
    private PredictionEngine<ShapesVqa.ModelInput, ShapesVqa.ModelOutput>? Return(
        int keep, PredictionEngine<ShapesVqa.ModelInput, ShapesVqa.ModelOutput> engine)
    {
        lock (_lock)
        {
            _idle.Add((keep, engine));
            if (_idle.Count <= MostIdle)
            {
                return null;
            }

            var oldest = _idle[0].Engine;
            _idle.RemoveAt(0);
            return oldest;
        }
    }
}
