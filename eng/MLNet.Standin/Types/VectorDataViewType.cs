using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>The type of vectors, with dimensions of which some may be unknown (0).</summary>
public sealed class VectorDataViewType : StructuredDataViewType
{
    /// <summary>Vectors of a size, or of any size (0).</summary>
    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0)
        : base(RawTypeOf(itemType))
    {
        Throw.IfOutOfRange(size < 0, nameof(size), "A size is at least 0.");
        ItemType = itemType;
        Dimensions = [size];
        Size = size;
    }

    /// <summary>Vectors of several dimensions.</summary>
    public VectorDataViewType(PrimitiveDataViewType itemType, params int[] dimensions)
        : this(itemType, ImmutableArray.Create(dimensions))
    {
    }

    /// <summary>Vectors of several dimensions.</summary>
    public VectorDataViewType(PrimitiveDataViewType itemType, ImmutableArray<int> dimensions)
        : base(RawTypeOf(itemType))
    {
        Throw.IfOutOfRange(dimensions.IsEmpty, nameof(dimensions), "A vector has at least one dimension.");
        Throw.IfOutOfRange(dimensions.Any(d => d < 0), nameof(dimensions), "A dimension is at least 0.");
        ItemType = itemType;
        Dimensions = dimensions;
        Size = dimensions.Aggregate(1, (size, d) => checked(size * d));
    }

    /// <summary>The dimensions; 0 if unknown.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>Whether every dimension is known.</summary>
    public bool IsKnownSize => Size > 0;

    /// <summary>The type of the values.</summary>
    public PrimitiveDataViewType ItemType { get; }

    /// <summary>The product of the dimensions; 0 if one is unknown.</summary>
    public int Size { get; }

    /// <summary>Same item type and same dimensions.</summary>
    public override bool Equals(DataViewType other) =>
        other is VectorDataViewType vector && vector.ItemType.Equals(ItemType) && vector.Dimensions.SequenceEqual(Dimensions);

    /// <summary>Same item type and same dimensions.</summary>
    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    /// <summary>From item type and dimensions.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(ItemType);
        foreach (int dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary>The item type and the dimensions.</summary>
    public override string ToString()
    {
        bool isFree = Dimensions.Length == 1 && Dimensions[0] == 0;
        return isFree
            ? $"Vector<{ItemType}>"
            : $"Vector<{ItemType}, {string.Join(", ", Dimensions.Select(d => d == 0 ? "*" : $"{d}"))}>";
    }

    private static Type RawTypeOf(PrimitiveDataViewType itemType)
    {
        Throw.IfNull(itemType, nameof(itemType));
        return typeof(VBuffer<>).MakeGenericType(itemType.RawType);
    }
}
