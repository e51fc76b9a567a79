using Microsoft.ML;

namespace ZooPrune.MLNet;

/// <summary>Where in a schema the input columns of a stage are. Immutable.</summary>
internal sealed class InputBinding
{
    private readonly Dictionary<InputColumn, DataViewSchema.Column> _columns = [];

    /// <summary>Finds every input column and checks its type.</summary>
    /// <param name="stage">The stage that will read them.</param>
    /// <param name="inputSchema">The schema to look in.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has a type or a declared size that the stage cannot
    /// read.</exception>
    public InputBinding(RowStage stage, DataViewSchema inputSchema)
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
