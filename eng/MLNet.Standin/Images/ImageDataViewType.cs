using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>The type of images, of a known size or of any.</summary>
public sealed class ImageDataViewType : StructuredDataViewType
{
    /// <summary>The height; 0 if unknown.</summary>
    public readonly int Height;

    /// <summary>The width; 0 if unknown.</summary>
    public readonly int Width;

    /// <summary>Images of a size.</summary>
    public ImageDataViewType(int height, int width)
        : base(typeof(MLImage))
    {
        Throw.IfOutOfRange(height <= 0, nameof(height), "An image has a height.");
        Throw.IfOutOfRange(width <= 0, nameof(width), "An image has a width.");
        Height = height;
        Width = width;
    }

    /// <summary>Images of any size.</summary>
    public ImageDataViewType()
        : base(typeof(MLImage))
    {
    }

    internal bool IsKnownSize => Height > 0;

    /// <summary>Same size.</summary>
    public override bool Equals(DataViewType other) => other is ImageDataViewType image && image.Height == Height && image.Width == Width;

    /// <summary>From the size.</summary>
    public override int GetHashCode() => HashCode.Combine(Height, Width);

    /// <summary>The name and the size.</summary>
    public override string ToString() => IsKnownSize ? $"Image<{Height}, {Width}>" : "Image";
}
