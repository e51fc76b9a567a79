using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The estimator of a stage. Nothing is learned: Fit checks the schema. Immutable.</summary>
internal sealed class StageEstimator(TransformsCatalog catalog, StageDefinition stage) : IEstimator<ITransformer>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="input"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public ITransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new StageTransformer(stage);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="inputSchema"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage reads is missing or does not fit.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputColumn needed in stage.Inputs)
        {
            Check(needed, inputSchema);
        }

        SchemaShape.Column[] added = [.. stage.Outputs.Select(output => output.ToShape(catalog))];
        return new SchemaShape(inputSchema.Where(column => !added.Any(other => other.Name == column.Name)).Concat(added));
    }

    private void Check(InputColumn needed, SchemaShape inputSchema)
    {
        SchemaShape.Column[] found = [.. inputSchema.Where(column => column.Name == needed.Name)];
        if (found is [var column])
        {
            if (!needed.Accepts(column))
            {
                throw Throw.UnfitColumn(stage.Name, needed, nameof(inputSchema), Describe(column));
            }
        }
        else if (!needed.IsOptional)
        {
            throw Throw.MissingColumn(stage.Name, needed, nameof(inputSchema), inputSchema.Select(other => other.Name));
        }
    }

    private static string Describe(SchemaShape.Column column)
    {
        string item = column.IsKey ? $"key of {column.ItemType}" : column.ItemType.ToString()!;
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item : $"Vector<{item}>";
    }
}

/// <summary>The transformer of a stage. Immutable and thread-safe. It holds no resource of its own, and the model is the user's, so
/// there is nothing to dispose.</summary>
internal sealed class StageTransformer(StageDefinition stage) : ITransformer
{
    /// <summary>What is done.</summary>
    public StageDefinition Stage => stage;

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
