using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>A third-party stage that adds the column tok = Tokens(X, X + 1, X + 2); its getter disposes what it is handed.</summary>
internal sealed class TokenizingTransformer : ITransformer
{
    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn("tok", TokensType.Of(3));
        return builder.ToSchema();
    }

    public IDataView Transform(IDataView input) => new View(input, new Mapper(input.Schema, GetOutputSchema(input.Schema)));

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(inputSchema, GetOutputSchema(inputSchema));

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

    private sealed class Mapper(DataViewSchema inputSchema, DataViewSchema outputSchema) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => inputSchema;

        public DataViewSchema OutputSchema => outputSchema;

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        {
            var wanted = dependingColumns.Select(c => c.Index).ToHashSet();
            return inputSchema.Where(c => wanted.Contains(c.Index) || (c.Name == "X" && wanted.Contains(inputSchema.Count)));
        }

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
            new Row(this, input, activeColumns.Select(c => c.Index).ToHashSet());

        public ValueGetter<TValue> Getter<TValue>(DataViewRow input, HashSet<int> active, DataViewSchema.Column column)
        {
            if (!active.Contains(column.Index))
                throw new ArgumentOutOfRangeException(nameof(column));
            if (column.Index < inputSchema.Count)
                return input.GetGetter<TValue>(inputSchema[column.Index]);
            var getX = input.GetGetter<float>(inputSchema["X"]);
            ValueGetter<Tokens> get = (ref Tokens value) =>
            {
                float x = 0;
                getX(ref x);
                value?.Dispose();
                value = new Tokens([x, x + 1, x + 2]);
            };
            return (Delegate)get as ValueGetter<TValue> ?? throw new InvalidOperationException();
        }
    }

    private sealed class View(IDataView source, Mapper mapper) : IDataView
    {
        public bool CanShuffle => source.CanShuffle;

        public DataViewSchema Schema => mapper.OutputSchema;

        public long? GetRowCount() => source.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            var wanted = columnsNeeded.ToList();
            return new Cursor(mapper, source.GetRowCursor(mapper.GetDependencies(wanted), rand), wanted.Select(c => c.Index).ToHashSet());
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Row(Mapper mapper, DataViewRow input, HashSet<int> active) : DataViewRow
    {
        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => mapper.Getter<TValue>(input, active, column);
    }

    private sealed class Cursor(Mapper mapper, DataViewRowCursor input, HashSet<int> active) : DataViewRowCursor
    {
        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => mapper.Getter<TValue>(input, active, column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
        }
    }
}
