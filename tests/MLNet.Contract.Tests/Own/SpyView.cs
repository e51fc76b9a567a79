using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>
/// A view of a third party with one column X = 0, 1, 2, ... that writes down how it is asked for cursors. Asked for a set it gives
/// two cursors, whose batches of three rows alternate and have numbers with gaps.
/// </summary>
internal sealed class SpyView(int rows, bool canShuffle, Journal journal) : IDataView
{
    private const int RowsPerBatch = 3;

    private readonly DataViewSchema _schema = NewSchema();

    public bool CanShuffle => canShuffle;

    public DataViewSchema Schema => _schema;

    public long? GetRowCount() => rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        journal.Call($"GetRowCursor({Kit.Names(columnsNeeded)}), random {Kit.Text(rand is not null)}");
        return new Cursor(_schema, rows, _ => true);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        journal.Call($"GetRowCursorSet({Kit.Names(columnsNeeded)}), random {Kit.Text(rand is not null)}");
        return n == 1
            ? [new Cursor(_schema, rows, _ => true)]
            : [new Cursor(_schema, rows, batch => batch % 2 == 0), new Cursor(_schema, rows, batch => batch % 2 == 1)];
    }

    private static DataViewSchema NewSchema()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("X", NumberDataViewType.Single);
        return builder.ToSchema();
    }

    private sealed class Cursor(DataViewSchema schema, int rows, Func<int, bool> ownsBatch) : DataViewRowCursor
    {
        private int _row = -1;
        private long _position = -1;

        public override DataViewSchema Schema => schema;

        public override long Position => _position;

        public override long Batch => _row < 0 ? -1 : 10 * (_row / RowsPerBatch);

        public override bool MoveNext()
        {
            do
            {
                _row++;
            }
            while (_row < rows && !ownsBatch(_row / RowsPerBatch));
            _position = _row < rows ? _position + 1 : -1;
            return _row < rows;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_row, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<float> get = (ref float value) => value = _row;
            return (Delegate)get as ValueGetter<TValue> ?? throw new InvalidOperationException();
        }
    }
}
