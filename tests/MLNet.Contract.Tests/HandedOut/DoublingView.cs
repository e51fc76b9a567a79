using Microsoft.ML;

namespace ZooPrune.Contract;

internal sealed class DoublingView(IDataView source, DoublingMapper mapper) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.Select(c => c.Index).ToHashSet();
        Note("GetRowCursor", active);
        return new DoublingCursor(mapper, source.GetRowCursor(mapper.Needed(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = columnsNeeded.Select(c => c.Index).ToHashSet();
        Note(n > 1 ? "GetRowCursorSet of several" : "GetRowCursorSet of one", active);
        return [.. source.GetRowCursorSet(mapper.Needed(active), n, rand).Select(c => new DoublingCursor(mapper, c, active))];
    }

    private void Note(string call, HashSet<int> active) =>
        mapper.Journal.Call($"{mapper.Doubling.Name}.{call}({Kit.Names(Schema.Where(c => active.Contains(c.Index)))})");
}
