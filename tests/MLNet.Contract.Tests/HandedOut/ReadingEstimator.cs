using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>A stage that reads a column several times while it is fitted, as a trainer does, and then changes nothing.</summary>
internal sealed class ReadingEstimator(string column, int passes, Journal journal) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input)
    {
        for (int pass = 0; pass < passes; pass++)
            journal.Call("read " + Kit.Text(input.GetColumn<float>(column)));
        return new TransformerChain<ITransformer>();
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
}
