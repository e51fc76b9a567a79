namespace Microsoft.ML.Data;

/// <summary>
/// A view with the columns that a stage adds. As in ML.NET, a single cursor is read ahead on several threads if all its
/// columns are primitive or vectors; only if nothing can be split does it stay a plain cursor.
/// </summary>
internal sealed class MappedView : IDataView
{
    private readonly IDataView _source;
    private readonly RowMapper _mapper;

    public MappedView(IDataView source, RowMapper mapper)
    {
        _source = source;
        _mapper = mapper;
    }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema => _mapper.OutputSchema;

    private static int ThreadCount => Math.Max(2, Environment.ProcessorCount - 1);

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnSet.Of(Schema, columnsNeeded);
        rand = CanShuffle ? rand : null;
        if (RowBatching.CanHold(Schema, active))
        {
            var cursors = OpenSet(active, ThreadCount, rand);
            return MergedCursor.Merge(cursors, active);
        }

        return new MappedCursor(_mapper, _source.GetRowCursor(_mapper.InputsOf(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        OpenSet(ColumnSet.Of(Schema, columnsNeeded), n, rand);

    private DataViewRowCursor[] OpenSet(ColumnSet active, int n, Random rand)
    {
        var inputs = _source.GetRowCursorSet(_mapper.InputsOf(active), n, rand);
        if (inputs.Length == 1 && n > 1 && _mapper.AddedAmong(active).Count > 0)
        {
            inputs = CursorSplitter.Split(inputs[0], n);
        }

        try
        {
            return [.. inputs.Select(input => new MappedCursor(_mapper, input, active))];
        }
        catch
        {
            // Someone may be reading ahead for these.
            Array.ForEach(inputs, input => input.Dispose());
            throw;
        }
    }
}
