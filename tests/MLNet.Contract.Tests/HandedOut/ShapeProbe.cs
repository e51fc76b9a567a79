using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>A stage that changes nothing and shows the shape it is given.</summary>
internal sealed class ShapeProbe(Action<SchemaShape> see) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        see(inputSchema);
        return inputSchema;
    }
}
