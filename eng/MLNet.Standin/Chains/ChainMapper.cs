namespace Microsoft.ML.Data;

/// <summary>Row mappers one behind the other.</summary>
internal sealed class ChainMapper : IRowToRowMapper
{
    private readonly IReadOnlyList<IRowToRowMapper> _mappers;

    public ChainMapper(DataViewSchema inputSchema, IReadOnlyList<IRowToRowMapper> mappers)
    {
        InputSchema = inputSchema;
        _mappers = mappers;
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema => _mappers.Count == 0 ? InputSchema : _mappers[^1].OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        _mappers.Reverse().Aggregate(dependingColumns, (needed, mapper) => mapper.GetDependencies(needed));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Throw.IfNull(input, nameof(input));
        Throw.IfNull(activeColumns, nameof(activeColumns));
        Throw.IfOutOfRange(input.Schema != InputSchema, nameof(input), "The row is of another schema than the mapper was made for.");

        // From the last mapper back: what it is asked for is what the one before has to give.
        var wanted = activeColumns.Select(c => c.Index).ToHashSet();
        activeColumns = OutputSchema.Where(c => wanted.Contains(c.Index));
        var active = new Stack<IEnumerable<DataViewSchema.Column>>();
        for (int i = _mappers.Count - 1; i >= 0; i--)
        {
            active.Push(activeColumns);
            activeColumns = i > 0 ? _mappers[i].GetDependencies(activeColumns) : [];
        }

        return _mappers.Aggregate(input, (row, mapper) => mapper.GetRow(row, active.Pop()));
    }
}
