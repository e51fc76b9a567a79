using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Data in and out.</summary>
public sealed class DataOperationsCatalog
{
    internal DataOperationsCatalog()
    {
    }

    /// <summary>A view over objects.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null)
        where TRow : class
    {
        Throw.IfNull(data, nameof(data));
        return new EnumerableView<TRow>(data, schemaDefinition);
    }

    /// <summary>A view over objects, with types and annotations as in a schema.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        Throw.IfNull(data, nameof(data));
        Throw.IfNull(schema, nameof(schema));
        return new EnumerableView<TRow>(data, SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read, schema));
    }

    /// <summary>The rows of a view as objects. Columns are checked at once, rows are read while they are enumerated.</summary>
    public IEnumerable<TRow> CreateEnumerable<TRow>(
        IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false, SchemaDefinition schemaDefinition = null)
        where TRow : class, new()
    {
        Throw.IfNull(data, nameof(data));
        return Read(data, new RowReader<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    private static IEnumerable<TRow> Read<TRow>(IDataView data, RowReader<TRow> reader, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(reader.Sources);
        var fill = reader.Open(cursor);
        var row = reuseRowObject ? new TRow() : null;
        while (cursor.MoveNext())
        {
            if (!reuseRowObject)
            {
                row = new TRow();
            }

            fill(row);
            yield return row;
        }
    }
}
