using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>A stage on a given input schema: where its inputs are, what its output schema is, what it needs for which outputs.
/// Immutable and thread-safe.</summary>
internal sealed class StageMapper : IRowToRowMapper
{
    private readonly StageDefinition _stage;
    private readonly InputBinding _binding;

    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public StageMapper(StageDefinition stage, DataViewSchema inputSchema)
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
            ? NewRow(input, Activate(activeColumns))
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

    /// <summary>A cursor over an input that has been opened with what <see cref="Needed"/> says.</summary>
    public DataViewRowCursor NewCursor(DataViewRowCursor input, bool[] active)
    {
        if (_stage.BatchSize == 1 || !Computes(active))
        {
            return new StageCursor(NewRow(input, active), input);
        }

        BatchMapper mapper = _stage.Open(new InputRow(_stage, input, _binding), _stage.BatchSize);
        var batching = new BatchingCursor(_stage, input, InputSchema.Where(column => active[column.Index]), mapper);
        return new StageCursor(new StageRow(this, batching, active, mapper, batching.ComputedSlot), batching);
    }

    /// <summary>A row that is computed on its own.</summary>
    private StageRow NewRow(DataViewRow input, bool[] active)
    {
        if (!Computes(active))
        {
            return new StageRow(this, input, active, mapper: null, currentSlot: null);
        }

        BatchMapper mapper = _stage.Open(new InputRow(_stage, input, _binding), capacity: 1);
        return new StageRow(this, input, active, mapper, mapper.ComputeCurrentRow);
    }

    private bool Computes(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);
}

/// <summary>The output of a stage, computed as it is read. Immutable and thread-safe; its cursors are not.</summary>
internal sealed class StageView(IDataView source, StageMapper mapper) : IDataView
{
    /// <inheritdoc/>
    public bool CanShuffle => source.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => mapper.OutputSchema;

    /// <inheritdoc/>
    public long? GetRowCount() => source.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = mapper.Activate(columnsNeeded);
        return mapper.NewCursor(source.GetRowCursor(mapper.Needed(active), rand), active);
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = mapper.Activate(columnsNeeded);
        return [.. source.GetRowCursorSet(mapper.Needed(active), n, rand).Select(cursor => mapper.NewCursor(cursor, active))];
    }
}
