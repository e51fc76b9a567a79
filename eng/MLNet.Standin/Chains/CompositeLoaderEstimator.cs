namespace Microsoft.ML.Data;

/// <summary>A loader with stages behind it. In the stand-in it only tells the shape of what comes out.</summary>
public sealed class CompositeLoaderEstimator<TSource, TLastTransformer>
    where TLastTransformer : class, ITransformer
{
    private readonly IDataLoader<TSource> _loader;
    private readonly EstimatorChain<TLastTransformer> _chain;

    internal CompositeLoaderEstimator(IDataLoader<TSource> loader, EstimatorChain<TLastTransformer> chain)
    {
        _loader = loader;
        _chain = chain;
    }

    /// <summary>The shape of what comes out.</summary>
    public SchemaShape GetOutputSchema() => _chain.GetOutputSchema(SchemaShape.Of(_loader.GetOutputSchema()));

    /// <summary>The loader with a further stage.</summary>
    public CompositeLoaderEstimator<TSource, TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator)
        where TNewTrans : class, ITransformer =>
        new(_loader, _chain.Append(estimator));
}
