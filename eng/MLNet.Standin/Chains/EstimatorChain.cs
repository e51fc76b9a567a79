namespace Microsoft.ML.Data;

/// <summary>Stages one behind the other, before they have seen data. Immutable.</summary>
public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    /// <summary>The last stage; null if there is none.</summary>
    public readonly IEstimator<TLastTransformer> LastEstimator;

    private readonly IReadOnlyList<(IEstimator<ITransformer> Estimator, TransformerScope Scope)> _members;

    /// <summary>No stages.</summary>
    public EstimatorChain()
        : this([])
    {
    }

    internal EstimatorChain(IReadOnlyList<(IEstimator<ITransformer> Estimator, TransformerScope Scope)> members)
    {
        _members = members;
        LastEstimator = members.Count > 0 ? (IEstimator<TLastTransformer>)members[^1].Estimator : null;
    }

    /// <summary>Checks all shapes first, then fits stage by stage on what the stages before it make of the data.</summary>
    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        _ = GetOutputSchema(SchemaShape.Of(input.Schema));
        var transformers = new List<ITransformer>();
        foreach (var (estimator, _) in _members)
        {
            var transformer = estimator.Fit(input);
            input = transformer.Transform(input);
            transformers.Add(transformer);
        }

        return new TransformerChain<TLastTransformer>(transformers, _members.Select(m => m.Scope));
    }

    /// <summary>The shape of what comes out.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _members.Aggregate(inputSchema, (shape, member) => member.Estimator.GetOutputSchema(shape));

    /// <summary>A new chain with a further stage.</summary>
    public EstimatorChain<TNewTrans> Append<TNewTrans>(
        IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        Throw.IfNull(estimator, nameof(estimator));
        return new EstimatorChain<TNewTrans>([.. _members, (estimator, scope)]);
    }
}
