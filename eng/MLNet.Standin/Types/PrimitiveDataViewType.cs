namespace Microsoft.ML.Data;

/// <summary>The type of values that can simply be copied.</summary>
public abstract class PrimitiveDataViewType : DataViewType
{
    /// <summary>A type with values of <paramref name="rawType"/>.</summary>
    protected PrimitiveDataViewType(Type rawType)
        : base(rawType)
    {
        Throw.IfBadArgument(typeof(IDisposable).IsAssignableFrom(rawType), nameof(rawType), "Primitive values hold no resources.");
    }
}
