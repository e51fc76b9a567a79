namespace Microsoft.ML.Data;

/// <summary>A cursor over batches of rows that other threads have read.</summary>
internal abstract class BatchCursor : DataViewRowCursor
{
    private readonly int[] _slots;
    private readonly IReadOnlyList<ColumnPipe> _pipes;
    private RowBatch _current;
    private int _row = -1;
    private long _position = -1;
    private bool _isAtEnd;

    protected BatchCursor(DataViewSchema schema, IReadOnlyList<int> active, IReadOnlyList<ColumnPipe> pipes)
    {
        Schema = schema;
        _pipes = pipes;
        _slots = [.. Enumerable.Range(0, schema.Count).Select(i => active.ToList().IndexOf(i))];
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => _current?.Number ?? -1;

    public override bool MoveNext()
    {
        if (_isAtEnd)
        {
            return false;
        }

        if (_current is null || ++_row == _current.Count)
        {
            _row = 0;
            _current = Exchange(_current);
            if (_current is null)
            {
                Dispose();
                return false;
            }

            if (_current.Failure is not null)
            {
                _isAtEnd = true;
                _position = -1;
                throw Throw.Worker(_current.Failure);
            }
        }

        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        CheckRow();
        id = _current.Ids[_row];
    };

    public override bool IsColumnActive(DataViewSchema.Column column)
    {
        Throw.IfOutOfRange(column.Index >= Schema.Count, nameof(column), "It is a column of another schema.");
        return _slots[column.Index] >= 0;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Throw.IfOutOfRange(!IsColumnActive(column), nameof(column), $"Column '{column.Name}' is not active.");
        int slot = _slots[column.Index];
        return _pipes[slot].OpenOutput(() => Place(slot)) as ValueGetter<TValue>
            ?? throw Throw.WrongValueType(typeof(TValue), column.Type);
    }

    /// <summary>Gives back a batch that has been read (or null) and takes the next; null at the end.</summary>
    protected abstract RowBatch Exchange(RowBatch read);

    protected override void Dispose(bool disposing)
    {
        _isAtEnd = true;
        _position = -1;
        _current = null;
        base.Dispose(disposing);
    }

    private (Array Storage, int Index) Place(int slot)
    {
        CheckRow();
        return (_current.Columns[slot], _row);
    }

    private void CheckRow() => Throw.IfInvalid(_position < 0, "There is no row.");
}
