using Microsoft.ML;

namespace ZooPrune.MLNet;

/// <summary>The output of a stage, computed as it is read. Immutable and thread-safe; its cursors are not.</summary>
internal sealed class StageView(IDataView source, StageMapper mapper) : IDataView
{
    /// <inheritdoc/>
    public bool CanShuffle => source.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => mapper.OutputSchema;

    /// <inheritdoc/>
    public long? GetRowCount() => source.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = mapper.Activate(columnsNeeded);
        return mapper.NewCursor(source.GetRowCursor(mapper.Needed(active), rand), active);
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = mapper.Activate(columnsNeeded);
        return [.. source.GetRowCursorSet(mapper.Needed(active), n, rand).Select(cursor => mapper.NewCursor(cursor, active))];
    }
}
