using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>The first rows of a view, for people who look at it.</summary>
public sealed class DataDebuggerPreview
{
    internal DataDebuggerPreview(IDataView data, int maxRows)
    {
        Throw.IfNull(data, nameof(data));
        Throw.IfOutOfRange(maxRows < 0, nameof(maxRows), "A number of rows is at least 0.");
        Schema = data.Schema;
        var columns = Schema.Select(_ => new List<object>()).ToArray();
        var rows = ImmutableArray.CreateBuilder<RowInfo>();
        using (var cursor = data.GetRowCursor(Schema))
        {
            var readers = Schema.Select(column => RowGetters.Reader(cursor, column)).ToArray();
            while (rows.Count < maxRows && cursor.MoveNext())
            {
                var values = new KeyValuePair<string, object>[readers.Length];
                for (int i = 0; i < values.Length; i++)
                {
                    columns[i].Add(readers[i]());
                    values[i] = new(Schema[i].Name, columns[i][^1]);
                }

                rows.Add(new RowInfo(values));
            }
        }

        RowView = rows.ToImmutable();
        ColumnView = [.. Schema.Zip(columns, (column, values) => new ColumnInfo(column, [.. values]))];
    }

    /// <summary>The columns.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The values by column.</summary>
    public ImmutableArray<ColumnInfo> ColumnView { get; }

    /// <summary>The values by row.</summary>
    public ImmutableArray<RowInfo> RowView { get; }

    /// <summary>How much there is to see.</summary>
    public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

    /// <summary>A column and its values.</summary>
    public readonly struct ColumnInfo
    {
        internal ColumnInfo(DataViewSchema.Column column, object[] values)
        {
            Column = column;
            Values = values;
        }

        /// <summary>The column.</summary>
        public DataViewSchema.Column Column { get; }

        /// <summary>Its values.</summary>
        public object[] Values { get; }
    }

    /// <summary>The values of a row.</summary>
    public readonly struct RowInfo
    {
        internal RowInfo(KeyValuePair<string, object>[] values) => Values = values;

        /// <summary>Name and value of each column.</summary>
        public KeyValuePair<string, object>[] Values { get; }
    }
}
