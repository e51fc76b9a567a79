using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>One row, or a place on which rows pass by.</summary>
public abstract class DataViewRow : IDisposable
{
    /// <summary>-1 while there is no row, then 0, 1, 2, ...</summary>
    public abstract long Position { get; }

    /// <summary>Orders the rows of a cursor set among each other: a batch belongs to one cursor.</summary>
    public abstract long Batch { get; }

    /// <summary>The columns; the view's own object.</summary>
    public abstract DataViewSchema Schema { get; }

    /// <summary>Reads the id of the current row.</summary>
    public abstract ValueGetter<DataViewRowId> GetIdGetter();

    /// <summary>Whether the column may be read.</summary>
    public abstract bool IsColumnActive(DataViewSchema.Column column);

    /// <summary>Reads an active column of the current row.</summary>
    public abstract ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column);

    /// <summary>Releases what the row holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the row holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
