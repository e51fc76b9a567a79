using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Reads single columns.</summary>
public static class ColumnCursorExtensions
{
    /// <summary>The values of a column.</summary>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) =>
        data.GetColumn<T>(data.Schema[columnName]);

    /// <summary>The values of a column; text also as strings, vectors also as arrays.</summary>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        Throw.IfNull(data, nameof(data));
        var schema = data.Schema;
        Throw.IfOutOfRange(
            column.Index >= schema.Count || !schema[column.Index].Equals(column), nameof(column), "It is a column of another schema.");
        var item = RowMembers.ItemTypeOf(typeof(T), out bool isVector);
        var vector = column.Type as VectorDataViewType;
        Throw.IfOutOfRange(
            isVector != (vector is not null) || item != (vector?.ItemType.RawType ?? column.Type.RawType),
            nameof(column),
            $"The column is of {column.Type} and cannot be read as {typeof(T)}.");
        if (typeof(T) == column.Type.RawType)
        {
            return Values<T>(data, column);
        }

        return typeof(T) == typeof(string) ? (IEnumerable<T>)Values<ReadOnlyMemory<char>>(data, column).Select(v => v.ToString())
            : typeof(T) == typeof(string[]) ? (IEnumerable<T>)Texts(data, column)
            : (IEnumerable<T>)typeof(ColumnCursorExtensions).GetMethod(nameof(Arrays), BindingFlags.NonPublic | BindingFlags.Static)
                .MakeGenericMethod(item).Invoke(null, [data, column]);
    }

    /// <summary>As in ML.NET, the value of one row is handed to the getter of the next: vectors share their arrays.</summary>
    private static IEnumerable<TValue> Values<TValue>(IDataView data, DataViewSchema.Column column)
    {
        using var cursor = data.GetRowCursor([column]);
        var get = cursor.GetGetter<TValue>(column);
        TValue value = default;
        while (cursor.MoveNext())
        {
            get(ref value);
            yield return value;
        }
    }

    private static IEnumerable<TItem[]> Arrays<TItem>(IDataView data, DataViewSchema.Column column)
    {
        foreach (var value in Values<VBuffer<TItem>>(data, column))
        {
            var items = new TItem[value.Length];
            value.CopyTo(items);
            yield return items;
        }
    }

    private static IEnumerable<string[]> Texts(IDataView data, DataViewSchema.Column column) =>
        Arrays<ReadOnlyMemory<char>>(data, column).Select(texts => Array.ConvertAll(texts, t => t.ToString()));
}
