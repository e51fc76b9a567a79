namespace Microsoft.ML;

/// <summary>Sends single objects through a transformer. For one thread at a time.</summary>
public sealed class PredictionEngine<TSrc, TDst> : PredictionEngineBase<TSrc, TDst>
    where TSrc : class
    where TDst : class, new()
{
    internal PredictionEngine(ITransformer transformer, PredictionEngineOptions options)
        : base(transformer, options)
    {
    }

    /// <summary>What comes out for an object, in an object that there is already (or not yet).</summary>
    public override void Predict(TSrc example, ref TDst prediction) => Run(example, ref prediction);
}
