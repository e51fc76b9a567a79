namespace Microsoft.ML.Data;

/// <summary>Which columns can be read ahead: their values can be copied and need not be disposed.</summary>
internal static class RowBatching
{
    public static bool CanHold(DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;

    public static bool CanHold(DataViewSchema schema, ColumnSet active) => active.Members.All(i => CanHold(schema[i].Type));

    public static bool CanHold(DataViewRow row) => row.Schema.All(c => !row.IsColumnActive(c) || CanHold(c.Type));
}
