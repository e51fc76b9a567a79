namespace Microsoft.ML.Data;

/// <summary>The member holds keys, counted from 0.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class KeyTypeAttribute : Attribute
{
    /// <summary>As many keys as the member's type can hold.</summary>
    public KeyTypeAttribute()
    {
    }

    /// <summary>So many keys.</summary>
    public KeyTypeAttribute(ulong count) => Count = count;

    /// <summary>The number of keys; null if nothing is said.</summary>
    internal ulong? Count { get; }
}
