namespace Microsoft.ML.Data;

/// <summary>The size or the dimensions of a member that is a vector.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VectorTypeAttribute : Attribute
{
    /// <summary>Vectors of any size.</summary>
    public VectorTypeAttribute()
    {
    }

    /// <summary>Vectors of a size.</summary>
    public VectorTypeAttribute(int size)
    {
        Throw.IfOutOfRange(size < 0, nameof(size), "A size is at least 0.");
        Dimensions = [size];
    }

    /// <summary>Vectors of several dimensions.</summary>
    public VectorTypeAttribute(params int[] dimensions)
    {
        Throw.IfOutOfRange(dimensions.Any(d => d < 0), nameof(dimensions), "A dimension is at least 0.");
        Dimensions = dimensions;
    }

    /// <summary>The dimensions; null if nothing is said.</summary>
    internal int[] Dimensions { get; }
}
