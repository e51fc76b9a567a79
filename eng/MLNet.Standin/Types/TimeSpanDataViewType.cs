namespace Microsoft.ML.Data;

/// <summary>The type of durations.</summary>
public sealed class TimeSpanDataViewType : PrimitiveDataViewType
{
    private TimeSpanDataViewType()
        : base(typeof(TimeSpan))
    {
    }

    /// <summary>The only instance.</summary>
    public static TimeSpanDataViewType Instance { get; } = new();

    /// <summary>Whether the other type is this one.</summary>
    public override bool Equals(DataViewType other) => other == this;

    /// <summary>The name of the type.</summary>
    public override string ToString() => "TimeSpan";
}
