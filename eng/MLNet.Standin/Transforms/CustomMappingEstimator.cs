using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Fills the members of a target object from those of a source object.</summary>
public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new()
    where TDst : class, new()
{
    internal CustomMappingEstimator(CustomMappingTransformer<TSrc, TDst> transformer)
        : base(transformer)
    {
    }

    /// <summary>The shape of what comes out. Item types are compared by reference, as in ML.NET.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, "source");
        foreach (var column in Transformer.SourceColumns)
        {
            inputSchema.Require(SchemaShape.Column.Of(column.Name, column.Type));
        }

        return inputSchema.With(Transformer.TargetColumns.Select(c => SchemaShape.Column.Of(c.Name, c.Type, c.Annotations)));
    }
}
