namespace Microsoft.ML.Data;

/// <summary>The type of keys: 0 is no key, 1 to <see cref="Count"/> are the keys.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    /// <summary>Keys that are stored as <paramref name="type"/>, an unsigned integer type.</summary>
    public KeyDataViewType(Type type, ulong count)
        : base(type)
    {
        Throw.IfOutOfRange(!IsValidDataType(type), nameof(type), "Keys are unsigned integers.");
        Throw.IfOutOfRange(count == 0 || count > Largest(type), nameof(count), "The number of keys fits the type and is at least 1.");
        Count = count;
    }

    /// <summary>Keys that are stored as <paramref name="type"/>, an unsigned integer type.</summary>
    public KeyDataViewType(Type type, int count)
        : this(type, (ulong)Math.Max(count, 0))
    {
    }

    /// <summary>The number of keys.</summary>
    public ulong Count { get; }

    /// <summary>Whether keys can be stored as that type.</summary>
    public static bool IsValidDataType(Type type) =>
        type == typeof(byte) || type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);

    /// <summary>Same count and same raw type.</summary>
    public override bool Equals(DataViewType other) => other is KeyDataViewType key && key.Count == Count && key.RawType == RawType;

    /// <summary>Same count and same raw type.</summary>
    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    /// <summary>From count and raw type.</summary>
    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    /// <summary>The raw type and the range, counted from 0.</summary>
    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";

    private static ulong Largest(Type type) =>
        type == typeof(byte) ? byte.MaxValue
        : type == typeof(ushort) ? ushort.MaxValue
        : type == typeof(uint) ? uint.MaxValue
        : ulong.MaxValue;
}
