namespace Microsoft.ML.Data;

/// <summary>A row that shows one object after the other.</summary>
internal sealed class ExampleRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly IReadOnlyList<RowColumn> _columns;
    private TRow _current;
    private long _position = -1;

    public ExampleRow(SchemaDefinition definition)
    {
        _columns = RowColumn.Of(typeof(TRow), SchemaDefinition.Direction.Read, definition);
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(_columns.Select(c => c.Detached));
        Schema = schema.ToSchema();
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Show(TRow row)
    {
        _current = row;
        _position++;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        MemberGetters.Create(_columns[column.Index], () => _current) as ValueGetter<TValue>
            ?? throw Throw.WrongValueType(typeof(TValue), column.Type);
}
