using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The rows of an input with the columns of a stage added. Not thread-safe.</summary>
/// <param name="columns">The columns.</param>
/// <param name="input">The input row; owned.</param>
/// <param name="moveNext">Moves the input on.</param>
internal sealed class StageCursor(StageColumns columns, DataViewRow input, Func<bool> moveNext) : DataViewRowCursor
{
    /// <inheritdoc/>
    public override DataViewSchema Schema => columns.Schema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override bool MoveNext() => moveNext();

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
            columns.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
