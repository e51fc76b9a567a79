namespace Microsoft.ML.Data;

/// <summary>The type of values that may hold resources or be made of parts.</summary>
public abstract class StructuredDataViewType : DataViewType
{
    /// <summary>A type with values of <paramref name="rawType"/>.</summary>
    protected StructuredDataViewType(Type rawType)
        : base(rawType)
    {
    }
}
