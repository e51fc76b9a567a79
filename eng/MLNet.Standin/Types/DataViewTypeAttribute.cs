namespace Microsoft.ML.Data;

/// <summary>Says which column type a member of a row class has.</summary>
public abstract class DataViewTypeAttribute : Attribute, IEquatable<DataViewTypeAttribute>
{
    /// <summary>An attribute; nothing is registered yet.</summary>
    protected DataViewTypeAttribute()
    {
    }

    /// <summary>Calls <see cref="DataViewTypeManager"/>; called before the member's type is looked up.</summary>
    public abstract void Register();

    /// <summary>Whether both stand for the same column type.</summary>
    public abstract bool Equals(DataViewTypeAttribute other);
}
