namespace Microsoft.ML;

/// <summary>Rows and columns that are read through cursors. Safe to use from several threads; its cursors are not.</summary>
public interface IDataView
{
    /// <summary>Whether cursors heed the Random they are given.</summary>
    bool CanShuffle { get; }

    /// <summary>The columns; always the same object.</summary>
    DataViewSchema Schema { get; }

    /// <summary>The number of rows if it is known without reading them.</summary>
    long? GetRowCount();

    /// <summary>A cursor over all rows, in which only the given columns (by index) are active.</summary>
    DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null);

    /// <summary>Between 1 and <paramref name="n"/> cursors that share the rows among them.</summary>
    DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null);
}
