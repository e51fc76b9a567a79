using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Value getters for types that are known at run time only.</summary>
internal static class RowGetters
{
    public static Delegate Of(DataViewRow row, DataViewSchema.Column column) =>
        (Delegate)typeof(RowGetters).GetMethod(nameof(Get), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column]);

    private static ValueGetter<TValue> Get<TValue>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<TValue>(column);
}
