using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Value getters for types that are known at run time only.</summary>
internal static class RowGetters
{
    public static Delegate Of(DataViewRow row, DataViewSchema.Column column) =>
        (Delegate)typeof(RowGetters).GetMethod(nameof(Get), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column]);

    /// <summary>Gives the current value as an object, a new one each time.</summary>
    public static Func<object> Reader(DataViewRow row, DataViewSchema.Column column) =>
        (Func<object>)typeof(RowGetters).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column]);

    private static Func<object> Read<TValue>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<TValue>(column);
        return () =>
        {
            TValue value = default;
            getter(ref value);
            return value;
        };
    }

    private static ValueGetter<TValue> Get<TValue>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<TValue>(column);
}
