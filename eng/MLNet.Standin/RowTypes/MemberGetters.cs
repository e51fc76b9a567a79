using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Value getters over the members of the object that a function gives.</summary>
internal static class MemberGetters
{
    /// <summary>A <see cref="ValueGetter{TValue}"/> of the column's raw type.</summary>
    public static Delegate Create<TRow>(RowColumn column, Func<TRow> current)
    {
        if (!DataViewTypeManager.Knows(column.Type))
        {
            throw new NotSupportedException($"Column '{column.Name}' is of {column.Type}, which is not registered.");
        }

        var type = column.MemberType;
        if (type == typeof(string))
        {
            return Text(column.Reader<TRow, string>(), current);
        }

        if (type == typeof(string[]))
        {
            return Texts(column.Reader<TRow, string[]>(), current);
        }

        var (method, item) = type.IsArray ? (nameof(Array), type.GetElementType())
            : column.Type is VectorDataViewType vector ? (nameof(Buffer), vector.ItemType.RawType)
            : column.Type is KeyDataViewType ? (nameof(Key), type)
            : (nameof(Plain), type);
        return (Delegate)typeof(MemberGetters).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(typeof(TRow), item).Invoke(null, [column, current]);
    }

    private static ValueGetter<TValue> Plain<TRow, TValue>(RowColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, TValue>();
        return (ref TValue value) => value = read(current());
    }

    private static ValueGetter<ReadOnlyMemory<char>> Text<TRow>(Func<TRow, string> read, Func<TRow> current) =>
        (ref ReadOnlyMemory<char> value) => value = read(current()).AsMemory();

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> Texts<TRow>(Func<TRow, string[]> read, Func<TRow> current) =>
        (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            string[] texts = read(current());
            var editor = VBufferEditor.Create(ref value, texts?.Length ?? 0);
            for (int i = 0; i < editor.Values.Length; i++)
            {
                editor.Values[i] = texts[i].AsMemory();
            }

            value = editor.Commit();
        };

    private static ValueGetter<VBuffer<TItem>> Array<TRow, TItem>(RowColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, TItem[]>();
        return (ref VBuffer<TItem> value) =>
        {
            var items = read(current()) ?? [];
            VBuffer<TItem>.Copy(items, 0, ref value, items.Length);
        };
    }

    private static ValueGetter<VBuffer<TItem>> Buffer<TRow, TItem>(RowColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, VBuffer<TItem>>();
        return (ref VBuffer<TItem> value) => read(current()).CopyTo(ref value);
    }

    /// <summary>Members count keys from 0, columns from 1; a member beyond the count is no key.</summary>
    private static ValueGetter<TValue> Key<TRow, TValue>(RowColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, TValue>();
        ulong count = ((KeyDataViewType)column.Type).Count;
        return (ref TValue value) =>
        {
            ulong key = Convert.ToUInt64(read(current()), provider: null);
            value = (TValue)Convert.ChangeType(key < count ? key + 1 : 0, typeof(TValue), provider: null);
        };
    }
}
