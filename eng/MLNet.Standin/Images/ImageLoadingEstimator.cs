namespace Microsoft.ML.Data;

/// <summary>Decodes image files.</summary>
public sealed class ImageLoadingEstimator : TrivialEstimator<ImageLoadingTransformer>
{
    internal ImageLoadingEstimator(ImageLoadingTransformer transformer)
        : base(transformer)
    {
    }

    /// <summary>The shape of what comes out.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        var expected = SchemaShape.Column.Of(Transformer.Input, TextDataViewType.Instance);
        inputSchema.Require(expected);
        return inputSchema.With(SchemaShape.Column.Of(Transformer.Output, Transformer.OutputType));
    }
}
