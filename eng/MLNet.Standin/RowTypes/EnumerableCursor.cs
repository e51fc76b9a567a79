namespace Microsoft.ML.Data;

/// <summary>Goes through objects, which are enumerated from the first move on.</summary>
internal sealed class EnumerableCursor<TRow> : RootCursor
    where TRow : class
{
    private readonly IReadOnlyList<RowColumn> _columns;
    private readonly IEnumerable<TRow> _rows;
    private readonly ColumnSet _active;
    private IEnumerator<TRow> _enumerator;
    private TRow _current;

    public EnumerableCursor(DataViewSchema schema, IReadOnlyList<RowColumn> columns, IEnumerable<TRow> rows, ColumnSet active)
        : base(schema)
    {
        _columns = columns;
        _rows = rows;
        _active = active;
    }

    public override bool IsColumnActive(DataViewSchema.Column column)
    {
        Throw.IfInvalid(column.Index >= Schema.Count, $"Column '{column.Name}' is of another schema.");
        return _active.Contains(column.Index);
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Throw.IfOutOfRange(!_active.Contains(column.Index), nameof(column), $"Column '{column.Name}' is not active.");
        return MemberGetters.Create(_columns[column.Index], () => _current) as ValueGetter<TValue>
            ?? throw Throw.WrongValueType(typeof(TValue), column.Type);
    }

    protected override bool MoveNextCore()
    {
        _enumerator ??= _rows.GetEnumerator();
        if (!_enumerator.MoveNext())
        {
            _current = null;
            return false;
        }

        _current = _enumerator.Current;
        Throw.IfInvalid(_current is null, "A row is null.");
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _enumerator?.Dispose();
        }

        base.Dispose(disposing);
    }
}
