namespace Microsoft.ML.Data;

/// <summary>The type of dates and times.</summary>
public sealed class DateTimeDataViewType : PrimitiveDataViewType
{
    private DateTimeDataViewType()
        : base(typeof(DateTime))
    {
    }

    /// <summary>The only instance.</summary>
    public static DateTimeDataViewType Instance { get; } = new();

    /// <summary>Whether the other type is this one.</summary>
    public override bool Equals(DataViewType other) => other == this;

    /// <summary>The name of the type.</summary>
    public override string ToString() => "DateTime";
}
