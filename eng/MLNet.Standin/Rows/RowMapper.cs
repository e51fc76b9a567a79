namespace Microsoft.ML.Data;

/// <summary>The row mapper of a stage of the stand-in: the input's columns and the added ones.</summary>
internal sealed class RowMapper : IRowToRowMapper
{
    /// <summary>For each output column: its index in the input, or the complement of its index among the added ones.</summary>
    private readonly int[] _origins;

    public RowMapper(DataViewSchema inputSchema, IAddedColumns added)
    {
        InputSchema = inputSchema;
        Added = added;
        _origins = Arrange(inputSchema, added.Columns);
        var schema = new DataViewSchema.Builder();
        foreach (int origin in _origins)
        {
            schema.AddColumns([origin >= 0 ? new DataViewSchema.DetachedColumn(inputSchema[origin]) : added.Columns[~origin]]);
        }

        OutputSchema = schema.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IAddedColumns Added { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        InputsOf(ColumnSet.Of(OutputSchema, dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Throw.IfNull(input, nameof(input));
        Throw.IfNull(activeColumns, nameof(activeColumns));
        Throw.IfInvalid(input.Schema != InputSchema, "The row is of another schema than the mapper was made for.");
        var active = new ColumnSet(OutputSchema.Count, activeColumns.Select(c => c.Index));
        return new MappedRow(new MappedGetters(this, input, active));
    }

    /// <summary>The input columns that are needed for some output columns.</summary>
    public IReadOnlyList<DataViewSchema.Column> InputsOf(ColumnSet active)
    {
        var passed = active.Members.Select(i => _origins[i]).Where(origin => origin >= 0);
        var needed = passed.Concat(Added.InputsOf(AddedAmong(active))).ToHashSet();
        return [.. InputSchema.Where(c => needed.Contains(c.Index))];
    }

    /// <summary>Those of some output columns that are added.</summary>
    public ColumnSet AddedAmong(ColumnSet active) =>
        new(Added.Columns.Count, active.Members.Select(i => _origins[i]).Where(origin => origin < 0).Select(origin => ~origin));

    /// <summary>Whether an output column comes from the input, and its index there or among the added ones.</summary>
    public bool IsFromInput(int outputIndex, out int index)
    {
        int origin = _origins[outputIndex];
        index = origin >= 0 ? origin : ~origin;
        return origin >= 0;
    }

    /// <summary>An added column stands right behind the column that it hides, or at the end.</summary>
    private static int[] Arrange(DataViewSchema inputSchema, IReadOnlyList<DataViewSchema.DetachedColumn> added)
    {
        var order = Enumerable.Range(0, inputSchema.Count).ToList();
        for (int i = 0; i < added.Count; i++)
        {
            var hidden = inputSchema.GetColumnOrNull(added[i].Name);
            int place = hidden is { } column ? order.IndexOf(column.Index) + 1 : order.Count;
            order.Insert(place, ~i);
        }

        return [.. order];
    }
}
