using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Makes vectors of the pixels' colours.</summary>
public sealed class ImagePixelExtractingEstimator : TrivialEstimator<ImagePixelExtractingTransformer>
{
    internal ImagePixelExtractingEstimator(ImagePixelExtractingTransformer transformer)
        : base(transformer)
    {
    }

    /// <summary>Which colours.</summary>
    [Flags]
    public enum ColorBits : byte
    {
        /// <summary>Alpha.</summary>
        Alpha = 1,

        /// <summary>Red.</summary>
        Red = 2,

        /// <summary>Green.</summary>
        Green = 4,

        /// <summary>Blue.</summary>
        Blue = 8,

        /// <summary>Red, green and blue.</summary>
        Rgb = Red | Green | Blue,

        /// <summary>All four.</summary>
        All = Alpha | Rgb,
    }

    /// <summary>The order of the colours; those that are not wanted are left out.</summary>
    public enum ColorsOrder : byte
    {
        /// <summary>Alpha, red, green, blue.</summary>
        ARGB = 1,

        /// <summary>Alpha, red, blue, green.</summary>
        ARBG,

        /// <summary>Alpha, blue, red, green.</summary>
        ABRG,

        /// <summary>Alpha, blue, green, red.</summary>
        ABGR,

        /// <summary>Alpha, green, red, blue.</summary>
        AGRB,

        /// <summary>Alpha, green, blue, red.</summary>
        AGBR,
    }

    /// <summary>The shape of what comes out.</summary>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        inputSchema.RequireImage(Transformer.Input);
        var type = new VectorDataViewType(Transformer.Extraction.ItemType, 1);
        return inputSchema.With(SchemaShape.Column.Of(Transformer.Output, type));
    }
}
