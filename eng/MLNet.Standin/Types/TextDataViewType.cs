namespace Microsoft.ML.Data;

/// <summary>The type of text.</summary>
public sealed class TextDataViewType : PrimitiveDataViewType
{
    private TextDataViewType()
        : base(typeof(ReadOnlyMemory<char>))
    {
    }

    /// <summary>The only instance.</summary>
    public static TextDataViewType Instance { get; } = new();

    /// <summary>Whether the other type is this one.</summary>
    public override bool Equals(DataViewType other) => other == this;

    /// <summary>The name of the type.</summary>
    public override string ToString() => "String";
}
