using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Brings images to a size.</summary>
public sealed class ImageResizingEstimator : TrivialEstimator<ImageResizingTransformer>
{
    internal ImageResizingEstimator(ImageResizingTransformer transformer)
        : base(transformer)
    {
    }

    /// <summary>What happens to images of another shape.</summary>
    public enum ResizingKind : byte
    {
        /// <summary>Borders are added.</summary>
        IsoPad,

        /// <summary>Borders are cut off.</summary>
        IsoCrop,

        /// <summary>The image is stretched.</summary>
        Fill,
    }

    /// <summary>Which part stays when borders are cut off.</summary>
    public enum Anchor : byte
    {
        /// <summary>The right.</summary>
        Right,

        /// <summary>The left.</summary>
        Left,

        /// <summary>The top.</summary>
        Top,

        /// <summary>The bottom.</summary>
        Bottom,

        /// <summary>The middle.</summary>
        Center,
    }

    /// <summary>The shape of what comes out.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        inputSchema.RequireImage(Transformer.Input);
        return inputSchema.With(SchemaShape.Column.Of(Transformer.Output, Transformer.OutputType));
    }
}
