using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

internal sealed class DoublingMapper(DataViewSchema inputSchema, DataViewSchema outputSchema, Doubling doubling, Journal journal) : IRowToRowMapper
{
    public Doubling Doubling => doubling;

    public Journal Journal => journal;

    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema => outputSchema;

    public int OutputIndex => inputSchema.Count;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var wanted = dependingColumns.Select(c => c.Index).ToHashSet();
        journal.Call($"{doubling.Name}.GetDependencies({Kit.Names(outputSchema.Where(c => wanted.Contains(c.Index)))})");
        return Needed(wanted);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var active = activeColumns.Select(c => c.Index).ToHashSet();
        journal.Call($"{doubling.Name}.GetRow({Kit.Names(outputSchema.Where(c => active.Contains(c.Index)))}), "
            + $"input schema is the mapper's {Kit.Text(ReferenceEquals(input.Schema, inputSchema))}");
        return new DoublingRow(this, input, active);
    }

    public IReadOnlyList<DataViewSchema.Column> Needed(HashSet<int> wanted) =>
        [.. inputSchema.Where(c => wanted.Contains(c.Index) || (wanted.Contains(OutputIndex) && c.Index == inputSchema[doubling.Input].Index))];
}
