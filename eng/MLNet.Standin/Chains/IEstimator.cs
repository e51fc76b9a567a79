namespace Microsoft.ML;

/// <summary>A stage before it has seen data.</summary>
public interface IEstimator<out TTransformer>
    where TTransformer : ITransformer
{
    /// <summary>The stage for such data.</summary>
    TTransformer Fit(IDataView input);

    /// <summary>The shape of what comes out.</summary>
    SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
