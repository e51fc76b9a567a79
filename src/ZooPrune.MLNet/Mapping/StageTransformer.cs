using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The transformer of a stage. Immutable and thread-safe. It holds no resource of its own, and the model is the user's, so
/// there is nothing to dispose.</summary>
internal sealed class StageTransformer(RowStage stage) : ITransformer
{
    /// <summary>What is done.</summary>
    public RowStage Stage => stage;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="inputSchema"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new StageMapper(stage, inputSchema).OutputSchema;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="input"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new StageView(input, new StageMapper(stage, input.Schema));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="inputSchema"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new StageMapper(stage, inputSchema);
    }

    /// <summary>ML.NET offers third-party stages no way to save their options; <see cref="ZooPruneModel"/> does.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void Save(ModelSaveContext ctx) => throw Throw.CannotBeSaved(stage.Name);
}
