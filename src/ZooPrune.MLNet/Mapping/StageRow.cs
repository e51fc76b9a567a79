using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>One row with the columns of a stage added; what a PredictionEngine reads. Not thread-safe.</summary>
internal sealed class StageRow(StageColumns columns, DataViewRow input) : DataViewRow
{
    /// <inheritdoc/>
    public override DataViewSchema Schema => columns.Schema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

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
