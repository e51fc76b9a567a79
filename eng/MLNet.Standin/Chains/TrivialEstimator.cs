namespace Microsoft.ML.Data;

/// <summary>A stage that learns nothing: its transformer is there from the start.</summary>
public abstract class TrivialEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    private protected TrivialEstimator(TTransformer transformer) => Transformer = transformer;

    private protected TTransformer Transformer { get; }

    /// <summary>The transformer, if the data suit it.</summary>
    public TTransformer Fit(IDataView input)
    {
        Throw.IfNull(input, nameof(input));
        _ = Transformer.GetOutputSchema(input.Schema);
        return Transformer;
    }

    /// <summary>The shape of what comes out.</summary>
    public abstract SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
