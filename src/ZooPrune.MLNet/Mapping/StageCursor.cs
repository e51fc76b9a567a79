using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The rows of an input cursor with the columns of a stage added. Not thread-safe.</summary>
internal sealed class StageCursor(StageColumns columns, DataViewRowCursor input) : DataViewRowCursor
{
    /// <inheritdoc/>
    public override DataViewSchema Schema => columns.Schema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override bool MoveNext() => input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => columns.IsActive(column);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => columns.GetGetter<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
