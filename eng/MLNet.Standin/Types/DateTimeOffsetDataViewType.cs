namespace Microsoft.ML.Data;

/// <summary>The type of dates and times with a time zone.</summary>
public sealed class DateTimeOffsetDataViewType : PrimitiveDataViewType
{
    private DateTimeOffsetDataViewType()
        : base(typeof(DateTimeOffset))
    {
    }

    /// <summary>The only instance.</summary>
    public static DateTimeOffsetDataViewType Instance { get; } = new();

    /// <summary>Whether the other type is this one.</summary>
    public override bool Equals(DataViewType other) => other == this;

    /// <summary>The name of the type.</summary>
    public override string ToString() => "DateTimeOffset";
}
