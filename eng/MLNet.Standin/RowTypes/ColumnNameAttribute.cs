namespace Microsoft.ML.Data;

/// <summary>The column name of a member of a row class.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ColumnNameAttribute : Attribute
{
    /// <summary>A column name.</summary>
    public ColumnNameAttribute(string name) => Name = name;

    internal string Name { get; }
}
