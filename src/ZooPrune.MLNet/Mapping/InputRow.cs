using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>An input row together with where in it each input column of a stage is.</summary>
internal sealed class InputRow(DataViewRow row, InputBinding binding)
{
    /// <summary>Position of the current row; negative off the rows.</summary>
    public long Position => row.Position;

    /// <summary>The type of an input column, or null if the input lacks this optional column.</summary>
    public DataViewType? TypeOf(InputColumn column) => binding.Find(column)?.Type;

    /// <summary>The cell of a scalar column that is there.</summary>
    public ScalarInput<T> Scalar<T>(InputColumn column) => new(column, row.GetGetter<T>(binding.Find(column)!.Value));

    /// <summary>The cell of a scalar column, or null if the input lacks it.</summary>
    public ScalarInput<T>? OptionalScalar<T>(InputColumn column) => binding.Find(column) is null ? null : Scalar<T>(column);

    /// <summary>The cell of a vector column that is there.</summary>
    public VectorInput<T> Vector<T>(InputColumn column) => new(column, row.GetGetter<VBuffer<T>>(binding.Find(column)!.Value));
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
