using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Adds a column which is another one under a new name.</summary>
public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    internal ColumnCopyingEstimator(string output, string input)
        : base(new ColumnCopyingTransformer(output, input))
    {
    }

    /// <summary>The shape of what comes out.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        var source = inputSchema.Find(Transformer.Input)
            ?? throw Throw.SchemaMismatch(nameof(inputSchema), Transformer.Input, "a column");
        return inputSchema.With(source.Renamed(Transformer.Output));
    }
}
