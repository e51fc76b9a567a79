namespace Microsoft.ML.Data;

/// <summary>A stage that adds columns to rows.</summary>
public abstract class RowToRowTransformerBase : ITransformer
{
    private protected RowToRowTransformerBase()
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of what comes out.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        return new RowMapper(inputSchema, Bind(inputSchema)).OutputSchema;
    }

    /// <summary>The view of what comes out.</summary>
    public IDataView Transform(IDataView input)
    {
        Throw.IfNull(input, nameof(input));
        return new MappedView(input, new RowMapper(input.Schema, Bind(input.Schema)));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        return new RowMapper(inputSchema, Bind(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Throw.IfNull(ctx, nameof(ctx));
        Write(ctx);
    }

    /// <summary>Saves what the stage is made from.</summary>
    private protected abstract void Write(ModelSaveContext context);

    /// <summary>Checks a schema and says what is added to its rows.</summary>
    private protected abstract IAddedColumns Bind(DataViewSchema inputSchema);
}
