using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>The size of a member that is an image.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ImageTypeAttribute : DataViewTypeAttribute
{
    private readonly int _height;
    private readonly int _width;

    /// <summary>No size. As in ML.NET, such a member cannot be registered.</summary>
    public ImageTypeAttribute()
    {
    }

    /// <summary>Images of a size.</summary>
    public ImageTypeAttribute(int height, int width)
    {
        _height = height;
        _width = width;
    }

    /// <summary>Same size.</summary>
    public override bool Equals(DataViewTypeAttribute other) =>
        other is ImageTypeAttribute image && image._height == _height && image._width == _width;

    /// <summary>From the size.</summary>
    public override int GetHashCode() => HashCode.Combine(_height, _width);

    /// <summary>Makes the type known.</summary>
    public override void Register() => DataViewTypeManager.Register(new ImageDataViewType(_height, _width), typeof(MLImage), this);
}
