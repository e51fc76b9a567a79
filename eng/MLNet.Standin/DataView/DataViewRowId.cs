namespace Microsoft.ML.Data;

/// <summary>The 128 bits that tell a row from the others of its view.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    /// <summary>The lower 64 bits.</summary>
    public readonly ulong Low;

    /// <summary>The upper 64 bits.</summary>
    public readonly ulong High;

    /// <summary>An id of two halves.</summary>
    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    /// <summary>32 hexadecimal digits, the upper half first.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>Order by the upper half, then by the lower.</summary>
    public int CompareTo(DataViewRowId other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);

    /// <summary>Same bits.</summary>
    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    /// <summary>Same bits.</summary>
    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    /// <summary>From all bits.</summary>
    public override int GetHashCode() => HashCode.Combine(Low, High);

    /// <summary>An id for a row that was made from this one.</summary>
    public DataViewRowId Fork() => RowIdMixing.Mix(this, new DataViewRowId(0, 1));

    /// <summary>An id for a further row that was made from this one.</summary>
    public DataViewRowId Next() => RowIdMixing.Mix(this, new DataViewRowId(1, 0));

    /// <summary>An id for a row that was made from this one and another.</summary>
    public DataViewRowId Combine(DataViewRowId other) => RowIdMixing.Mix(this, other);
}
