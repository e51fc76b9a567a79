using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Texts of values of any column type.</summary>
internal static class Values
{
    /// <summary>The name and the value of a column on the current row.</summary>
    public static string Of(DataViewRow row, DataViewSchema.Column column) => (string)typeof(Values)
        .GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    private static string Read<TValue>(DataViewRow row, DataViewSchema.Column column)
    {
        TValue value = default!;
        row.GetGetter<TValue>(column)(ref value);
        return $"{column.Name}={Text(value)}";
    }

    private static string Text<TValue>(TValue value)
    {
        var type = typeof(TValue);
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(VBuffer<>))
        {
            return Kit.Text(value);
        }

        var items = (System.Collections.IEnumerable)type.GetMethod(nameof(VBuffer<>.DenseValues))!.Invoke(value, null)!;
        return "[" + string.Join(" ", items.Cast<object?>().Select(Kit.Text)) + "]";
    }
}
