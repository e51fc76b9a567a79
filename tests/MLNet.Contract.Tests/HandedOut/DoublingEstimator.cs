using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

internal sealed class DoublingEstimator(Doubling doubling, Journal journal) : IEstimator<DoublingTransformer>
{
    public DoublingTransformer Fit(IDataView input)
    {
        journal.Call($"{doubling.Name}.Fit({Kit.Names(input.Schema)})");
        return new DoublingTransformer(doubling, journal);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        journal.Call($"{doubling.Name}.GetOutputSchema(shape {string.Join(",", inputSchema.Select(c => c.Name))})");
        if (!inputSchema.Any(c => c.Name == doubling.Input))
            throw new ArgumentOutOfRangeException(nameof(inputSchema));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(doubling.Output, NumberDataViewType.Single);
        return new SchemaShape(inputSchema.Where(c => c.Name != doubling.Output).Concat(Kit.ShapeOf(builder.ToSchema())));
    }
}
