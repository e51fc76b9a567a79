using System.Collections;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Texts of values, and a few short cuts through the API.</summary>
internal static class Kit
{
    public static Number[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => new Number { X = i })];

    public static string Names(IEnumerable<DataViewSchema.Column> columns) => string.Join(",", columns.Select(c => c.Name));

    /// <summary>The shape of a schema. SchemaShape has no public conversion; a data loader in front of a stage makes one.</summary>
    public static SchemaShape ShapeOf(DataViewSchema schema) => new SchemaLoader(schema).Append(new ShapeProbe(_ => { })).GetOutputSchema();

    public static IReadOnlyList<long> Positions(IDataView view)
    {
        var positions = new List<long>();
        using var cursor = view.GetRowCursor(view.Schema);
        while (cursor.MoveNext())
            positions.Add(cursor.Position);
        return positions;
    }

    /// <summary>A function that reads the column's value on the current row as text.</summary>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        Func<string> Read<T>()
        {
            var get = row.GetGetter<T>(column);
            return () =>
            {
                T value = default!;
                get(ref value);
                return Text(value);
            };
        }

        Type raw = column.Type.RawType;
        return raw == typeof(float) ? Read<float>()
            : raw == typeof(double) ? Read<double>()
            : raw == typeof(int) ? Read<int>()
            : raw == typeof(long) ? Read<long>()
            : raw == typeof(uint) ? Read<uint>()
            : raw == typeof(bool) ? Read<bool>()
            : raw == typeof(ReadOnlyMemory<char>) ? Read<ReadOnlyMemory<char>>()
            : raw == typeof(VBuffer<float>) ? Read<VBuffer<float>>()
            : raw == typeof(VBuffer<byte>) ? Read<VBuffer<byte>>()
            : raw == typeof(VBuffer<ReadOnlyMemory<char>>) ? Read<VBuffer<ReadOnlyMemory<char>>>()
            : throw new NotSupportedException($"No reader for {raw}.");
    }

    public static string Text(object? value) => value switch
    {
        null => "null",
        bool b => b ? "yes" : "no",
        string s => $"'{s}'",
        ReadOnlyMemory<char> m => $"'{m}'",
        Type type => TypeText(type),
        VBuffer<float> b => BufferText(b),
        VBuffer<byte> b => BufferText(b),
        VBuffer<ReadOnlyMemory<char>> b => BufferText(b),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => "[" + string.Join(" ", items.Cast<object?>().Select(Text)) + "]",
        _ => value.GetType().Name,
    };

    private static string TypeText(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(",", type.GetGenericArguments().Select(TypeText))}>"
        : type.Name;

    private static string BufferText<T>(VBuffer<T> b)
    {
        string values = string.Join(" ", b.GetValues().ToArray().Select(v => Text(v)));
        return b.IsDense ? $"[{values}]" : $"[{values} at {string.Join(" ", b.GetIndices().ToArray())} of {b.Length}]";
    }
}
