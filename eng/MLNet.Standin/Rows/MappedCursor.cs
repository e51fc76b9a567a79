namespace Microsoft.ML.Data;

/// <summary>A cursor with the columns that a stage adds.</summary>
internal sealed class MappedCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly MappedGetters _getters;

    public MappedCursor(RowMapper mapper, DataViewRowCursor input, ColumnSet active)
    {
        _input = input;
        _getters = new MappedGetters(mapper, input, active);
    }

    public override DataViewSchema Schema => _getters.Schema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool MoveNext() => _input.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column)
    {
        Throw.IfInvalid(column.Index >= Schema.Count, $"Column '{column.Name}' is of another schema.");
        return _getters.Active.Contains(column.Index);
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        IsColumnActive(column) ? _getters.Get<TValue>(column) : throw Throw.InactiveColumn(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _getters.Dispose();
        }

        base.Dispose(disposing);
    }
}
