using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Puts stages one behind the other.</summary>
public static class LearningPipelineExtensions
{
    /// <summary>A loader with a stage behind it.</summary>
    public static CompositeLoaderEstimator<TSource, TTrans> Append<TSource, TTrans>(
        this IDataLoader<TSource> start, IEstimator<TTrans> estimator)
        where TTrans : class, ITransformer
    {
        Throw.IfNull(start, nameof(start));
        Throw.IfNull(estimator, nameof(estimator));
        return new(start, new EstimatorChain<ITransformer>().Append(estimator));
    }

    /// <summary>Two stages as a chain; a chain in front is taken on, not nested.</summary>
    public static EstimatorChain<TTrans> Append<TTrans>(
        this IEstimator<ITransformer> start, IEstimator<TTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TTrans : class, ITransformer
    {
        Throw.IfNull(start, nameof(start));
        Throw.IfNull(estimator, nameof(estimator));
        return start is EstimatorChain<ITransformer> chain
            ? chain.Append(estimator, scope)
            : new EstimatorChain<ITransformer>().Append(start).Append(estimator, scope);
    }

    /// <summary>Two fitted stages as a chain.</summary>
    public static TransformerChain<TTrans> Append<TTrans>(this ITransformer start, TTrans transformer)
        where TTrans : class, ITransformer
    {
        Throw.IfNull(start, nameof(start));
        Throw.IfNull(transformer, nameof(transformer));
        return start is TransformerChain<ITransformer> chain ? chain.Append(transformer) : new(start, transformer);
    }
}
