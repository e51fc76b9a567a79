using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>A stage on a given input schema: where its inputs are, what its output schema is, what it needs for which outputs.
/// Immutable and thread-safe.</summary>
internal sealed class StageMapper : IRowToRowMapper
{
    private readonly RowStage _stage;
    private readonly InputBinding _binding;

    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public StageMapper(RowStage stage, DataViewSchema inputSchema)
    {
        _stage = stage;
        _binding = new InputBinding(stage, inputSchema);
        InputSchema = inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        foreach (OutputColumn output in stage.Outputs)
        {
            builder.AddColumn(output.Name, output.Type);
        }

        OutputSchema = builder.ToSchema();
    }

    /// <inheritdoc/>
    public DataViewSchema InputSchema { get; }

    /// <summary>All columns of the input, at the same indices, and after them the columns that the stage adds.</summary>
    public DataViewSchema OutputSchema { get; }

    /// <summary>Name of the stage, for messages.</summary>
    public string StageName => _stage.Name;

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="dependingColumns"/> is null.</exception>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        Needed(Activate(dependingColumns));

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The row's schema is not <see cref="InputSchema"/>.</exception>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ReferenceEquals(input.Schema, InputSchema)
            ? new StageRow(NewColumns(input, Activate(activeColumns)), input)
            : throw Throw.ForeignRow(StageName, nameof(input));
    }

    /// <summary>Which columns of the output schema are wanted, by index.</summary>
    /// <exception cref="InvalidOperationException">A column lies beyond the output schema.</exception>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in columns)
        {
            if (column.Index >= active.Length)
            {
                throw Throw.ForeignColumn(StageName, column.Name, column.Index, active.Length);
            }

            active[column.Index] = true;
        }

        return active;
    }

    /// <summary>The input columns that the active output columns need: themselves if they are passed on, all inputs of the stage if
    /// it has to compute.</summary>
    public IReadOnlyList<DataViewSchema.Column> Needed(bool[] active)
    {
        HashSet<int> needed = Computes(active) ? [.. _binding.Columns.Select(column => column.Index)] : [];
        return [.. InputSchema.Where(column => active[column.Index] || needed.Contains(column.Index))];
    }

    /// <summary>The columns of a row whose input has been opened with what <see cref="Needed"/> says.</summary>
    public StageColumns NewColumns(DataViewRow input, bool[] active) =>
        new(this, input, active, Computes(active) ? _stage.Open(new BoundRow(input, _binding)) : null);

    private bool Computes(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);
}
