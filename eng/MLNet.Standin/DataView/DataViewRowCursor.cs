namespace Microsoft.ML;

/// <summary>A row that moves on.</summary>
public abstract class DataViewRowCursor : DataViewRow
{
    /// <summary>Moves to the next row; false at the end and ever after.</summary>
    public abstract bool MoveNext();
}
