using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>A row with the columns of a stage added: those of the input are passed on, the others are computed. What a PredictionEngine
/// reads. Not thread-safe.</summary>
/// <param name="stage">The stage on the input's schema.</param>
/// <param name="input">The input row; owned.</param>
/// <param name="active">Which output columns may be read.</param>
/// <param name="mapper">Computes the stage's columns; owned; null if none of them is active.</param>
/// <param name="currentSlot">Sees to it that the current row is computed, and says which slot of <paramref name="mapper"/> it has.</param>
internal sealed class StageRow(StageMapper stage, DataViewRow input, bool[] active, BatchMapper? mapper, Func<int>? currentSlot)
    : DataViewRow
{
    /// <inheritdoc/>
    public override DataViewSchema Schema => stage.OutputSchema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The column lies beyond the schema.</exception>
    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < active.Length
        ? active[column.Index]
        : throw Throw.ForeignColumn(stage.StageName, column.Name, nameof(column), column.Index, active.Length);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The column lies beyond the schema.</exception>
    /// <exception cref="InvalidOperationException">The column is not active or has another type.</exception>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw Throw.InactiveColumn(stage.StageName, Schema[column.Index].Name);
        }

        int output = column.Index - stage.InputSchema.Count;
        if (output < 0)
        {
            return input.GetGetter<TValue>(stage.InputSchema[column.Index]);
        }

        return mapper!.NewGetter(output, currentSlot!) as ValueGetter<TValue>
            ?? throw Throw.WrongGetterType(stage.StageName, Schema[column.Index].Name, typeof(TValue), Schema[column.Index].Type.RawType);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            mapper?.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>The rows of an input with the columns of a stage added. Not thread-safe.</summary>
/// <param name="row">The current row; owned.</param>
/// <param name="input">Moves the row on; owned by the row.</param>
internal sealed class StageCursor(StageRow row, DataViewRowCursor input) : DataViewRowCursor
{
    /// <inheritdoc/>
    public override DataViewSchema Schema => row.Schema;

    /// <inheritdoc/>
    public override long Position => row.Position;

    /// <inheritdoc/>
    public override long Batch => row.Batch;

    /// <inheritdoc/>
    public override bool MoveNext() => input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            row.Dispose();
        }

        base.Dispose(disposing);
    }
}
