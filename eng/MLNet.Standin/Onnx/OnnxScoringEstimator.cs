using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Runs an ONNX model on every row.</summary>
public sealed class OnnxScoringEstimator : TrivialEstimator<OnnxTransformer>
{
    internal OnnxScoringEstimator(OnnxTransformer transformer)
        : base(transformer)
    {
    }

    /// <summary>The shape of what comes out. Sizes are not compared yet.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        foreach (string name in Transformer.Inputs)
        {
            var column = inputSchema.Find(name) ?? throw Throw.SchemaMismatch(nameof(inputSchema), name, "a column");
            var expected = (VectorDataViewType)Transformer.Model.Input(name).ColumnType;
            if (!column.ItemType.Equals(expected.ItemType))
            {
                throw Throw.SchemaMismatch(nameof(inputSchema), name, $"{expected.ItemType}", column.Description);
            }
        }

        return inputSchema.With(Transformer.Outputs.Select(ShapeOf));
    }

    private SchemaShape.Column ShapeOf(string output)
    {
        var type = Transformer.Model.Output(output).ColumnType;
        return type is VectorDataViewType
            ? SchemaShape.Column.Of(output, type)
            : new SchemaShape.Column(output, SchemaShape.Column.VectorKind.VariableVector, type, isKey: false);
    }
}
