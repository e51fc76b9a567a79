namespace Microsoft.ML.Data;

/// <summary>The added columns of one row or cursor. Disposing it releases the values that the stage still holds.</summary>
internal interface IAddedValues : IDisposable
{
    /// <summary>The value getter of an added column, of the column's raw type.</summary>
    Delegate Getter(int added);
}
