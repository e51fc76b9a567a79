using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>Shapes of schemas. ML.NET shows a shape only to an estimator in a chain.</summary>
internal static class Shapes
{
    /// <summary>The shape of a view's schema.</summary>
    public static SchemaShape Of(IDataView view)
    {
        SchemaShape? seen = null;
        new Probe(shape => seen = shape).Append(new Probe(_ => { })).Fit(view);
        return seen!;
    }

    /// <summary>One line a column, in alphabetical order.</summary>
    public static string[] Lines(SchemaShape shape) =>
        [.. shape.Select(column => $"{column.Name}:{column.Kind}:{column.ItemType}:{column.IsKey}:{column.Annotations.Count}").Order(
            StringComparer.Ordinal)];

    /// <summary>One line a column, in order.</summary>
    public static string[] Lines(DataViewSchema schema) =>
        [.. schema.Select(column => $"{column.Name}:{column.Type}{(column.IsHidden ? ":hidden" : string.Empty)}")];

    private sealed class Probe(Action<SchemaShape> see) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            see(inputSchema);
            return inputSchema;
        }
    }
}
