using ZooPrune.Onnx;
using Engine = Microsoft.ML.PredictionEngine<ZooPrune.Samples.ShapesVqa.ModelInput, ZooPrune.Samples.ShapesVqa.ModelOutput>;

namespace ZooPrune.Samples;

/// <summary>
/// Prediction engines to borrow. An engine is for one thread at a time and for one budget; all share the model, so another engine costs
/// some megabytes of buffers and no weights. Those used last stay, the others are freed. Thread-safe.
/// </summary>
internal sealed class EnginePool(ServerOptions options, VisionLanguageModel model) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(int Keep, Engine Engine)> _idle = [];

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
        Engine engine = Take(keep) ?? ShapesVqa.CreatePredictEngine(model, KeepBudget.Tokens(keep));
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

    private Engine? Take(int keep)
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
    private Engine? Return(int keep, Engine engine)
    {
        lock (_lock)
        {
            _idle.Add((keep, engine));
            if (_idle.Count <= options.IdleEngines)
            {
                return null;
            }

            var oldest = _idle[0].Engine;
            _idle.RemoveAt(0);
            return oldest;
        }
    }
}
