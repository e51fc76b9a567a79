using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>
/// Actions that move a column of a row into a member of an object. The value handed to the column's getter is kept
/// from row to row, as ML.NET does; it belongs to the getter, which may dispose or reuse it.
/// </summary>
internal static class MemberSetters
{
    /// <summary>Called by reflection throughout, so what a getter factory throws arrives in a TargetInvocationException.</summary>
    public static Action<TRow> Create<TRow>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn)
    {
        var type = column.MemberType;
        if (!DataViewTypeManager.Knows(sourceColumn.Type))
        {
            // As in ML.NET: an unsized image, say, cannot be read into a class.
            throw new NotImplementedException($"Column '{sourceColumn.Name}' is of {sourceColumn.Type}, which is not registered.");
        }

        var (method, types) = type == typeof(string) ? (nameof(Text), [typeof(TRow)])
            : type == typeof(string[]) ? (nameof(Texts), [typeof(TRow)])
            : type.IsArray ? (nameof(Array), [typeof(TRow), type.GetElementType()])
            : sourceColumn.Type is VectorDataViewType vector ? (nameof(Buffer), [typeof(TRow), vector.ItemType.RawType])
            : (nameof(Plain), new[] { typeof(TRow), type });
        Type[] parameters = [typeof(RowColumn), typeof(DataViewRow), typeof(DataViewSchema.Column)];
        return (Action<TRow>)typeof(MemberSetters)
            .GetMethod(method, types.Length, BindingFlags.NonPublic | BindingFlags.Static, parameters)
            .MakeGenericMethod(types).Invoke(null, [column, source, sourceColumn]);
    }

    private static Action<TRow> Plain<TRow, TValue>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn)
    {
        var get = source.GetGetter<TValue>(sourceColumn);
        var write = column.Writer<TRow, TValue>();
        TValue value = default;
        return row =>
        {
            get(ref value);
            write(row, value);
        };
    }

    private static Action<TRow> Text<TRow>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn)
    {
        var get = source.GetGetter<ReadOnlyMemory<char>>(sourceColumn);
        var write = column.Writer<TRow, string>();
        ReadOnlyMemory<char> value = default;
        return row =>
        {
            get(ref value);
            write(row, value.ToString());
        };
    }

    private static Action<TRow> Texts<TRow>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn) =>
        Array<TRow, ReadOnlyMemory<char>, string>(column, source, sourceColumn, text => text.ToString());

    private static Action<TRow> Array<TRow, TItem>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn) =>
        Array<TRow, TItem, TItem>(column, source, sourceColumn, item => item);

    /// <summary>An array is filled again only if it has the length, and the vector all its values.</summary>
    private static Action<TRow> Array<TRow, TItem, TTarget>(
        RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn, Converter<TItem, TTarget> convert)
    {
        var get = source.GetGetter<VBuffer<TItem>>(sourceColumn);
        var read = column.Reader<TRow, TTarget[]>();
        var write = column.Writer<TRow, TTarget[]>();
        VBuffer<TItem> value = default;
        return row =>
        {
            get(ref value);
            var items = read(row);
            if ((items?.Length ?? 0) != value.Length || !value.IsDense)
            {
                items = new TTarget[value.Length];
            }

            foreach (var (index, item) in value.Items(all: !value.IsDense))
            {
                items[index] = convert(item);
            }

            write(row, items);
        };
    }

    private static Action<TRow> Buffer<TRow, TItem>(RowColumn column, DataViewRow source, DataViewSchema.Column sourceColumn)
    {
        var get = source.GetGetter<VBuffer<TItem>>(sourceColumn);
        var read = column.Reader<TRow, VBuffer<TItem>>();
        var write = column.Writer<TRow, VBuffer<TItem>>();
        return row =>
        {
            var value = read(row);
            get(ref value);
            write(row, value);
        };
    }
}
