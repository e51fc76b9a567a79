using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The row that a stage reads, for one cursor, which moves it. Not thread-safe.</summary>
internal sealed class InputRow
{
    private readonly StageDefinition _stage;
    private readonly DataViewRow _row;
    private readonly InputBinding _binding;
    private readonly List<InputCell> _cells = [];
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierError;

    /// <param name="stage">The stage.</param>
    /// <param name="row">The input.</param>
    /// <param name="binding">Where in it each input column of the stage is.</param>
    public InputRow(StageDefinition stage, DataViewRow row, InputBinding binding)
    {
        _stage = stage;
        _row = row;
        _binding = binding;
        _earlierError = TypeOf(stage.ErrorInput) is null ? null : NewScalar<ReadOnlyMemory<char>>(stage.ErrorInput);
    }

    /// <summary>Position of the current row; negative off the rows.</summary>
    public long Position => _row.Position;

    /// <summary>The type of an input column, or null if the input lacks this optional column.</summary>
    public DataViewType? TypeOf(InputColumn column) => _binding.Find(column)?.Type;

    /// <summary>The cell of a scalar column that is there. Cells are pulled in the order in which they were asked for.</summary>
    public ScalarInput<T> Scalar<T>(InputColumn column) => Add(NewScalar<T>(column));

    /// <summary>The cell of a scalar column, or null if the input lacks it.</summary>
    public ScalarInput<T>? OptionalScalar<T>(InputColumn column) => TypeOf(column) is null ? null : Scalar<T>(column);

    /// <summary>The cell of a vector column that is there.</summary>
    public VectorInput<T> Vector<T>(InputColumn column) =>
        Add(new VectorInput<T>(column, _row.GetGetter<VBuffer<T>>(_binding.Find(column)!.Value)));

    /// <summary>Takes the values of the current row into all cells.</summary>
    /// <param name="telemetry">Is told of an error.</param>
    /// <returns>Why the row cannot be computed, from here or an earlier stage; null if it can.</returns>
    /// <remarks>What the input's getters throw is reported, or travels as it is.</remarks>
    public string? Pull(StageTelemetry telemetry)
    {
        _earlierError?.Pull();
        if (_earlierError is { Value.IsEmpty: false })
        {
            string error = _earlierError.Value.ToString();
            return _stage.Errors == RowErrors.Throw ? throw new InvalidOperationException(error) : error;
        }

        foreach (InputCell cell in _cells)
        {
            try
            {
                cell.Pull();
            }
            catch (Exception exception) when (_stage.Errors == RowErrors.Report && RowStates.ConcernsOneRow(exception))
            {
                string error = Throw.UnreadableInput(_stage.Name, cell.Column, Position, exception).Message;
                telemetry.AddError(exception);
                telemetry.Warn(error);
                return error;
            }
        }

        return null;
    }

    private ScalarInput<T> NewScalar<T>(InputColumn column) => new(column, _row.GetGetter<T>(_binding.Find(column)!.Value));

    private TCell Add<TCell>(TCell cell)
        where TCell : InputCell
    {
        _cells.Add(cell);
        return cell;
    }
}

/// <summary>Where in a schema the input columns of a stage are. Immutable.</summary>
internal sealed class InputBinding
{
    private readonly Dictionary<InputColumn, DataViewSchema.Column> _columns = [];

    /// <summary>Finds every input column and checks its type.</summary>
    /// <param name="stage">The stage that will read them.</param>
    /// <param name="inputSchema">The schema to look in.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a type or a declared size that the stage cannot
    /// read.</exception>
    public InputBinding(StageDefinition stage, DataViewSchema inputSchema)
    {
        foreach (InputColumn needed in stage.Inputs)
        {
            if (inputSchema.GetColumnOrNull(needed.Name) is not { } column)
            {
                if (needed.IsOptional)
                {
                    continue;
                }

                throw Throw.MissingColumn(stage.Name, needed, nameof(inputSchema), inputSchema.Where(c => !c.IsHidden).Select(c => c.Name));
            }

            if (!needed.Accepts(column.Type))
            {
                throw Throw.UnfitColumn(stage.Name, needed, nameof(inputSchema), column.Type.ToString()!);
            }

            _columns.Add(needed, column);
        }
    }

    /// <summary>The bound columns of the input.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => _columns.Values;

    /// <summary>The column bound to <paramref name="column"/>, or null if the input lacks this optional column.</summary>
    public DataViewSchema.Column? Find(InputColumn column) =>
        _columns.TryGetValue(column, out DataViewSchema.Column bound) ? bound : null;
}
