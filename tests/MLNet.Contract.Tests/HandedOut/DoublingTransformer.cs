using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>A third-party stage: output = 2 * input, with every call written into a journal.</summary>
internal sealed class DoublingTransformer(Doubling doubling, Journal journal) : ITransformer, IDisposable
{
    public string Name => doubling.Name;

    public bool IsRowToRowMapper
    {
        get
        {
            journal.Call($"{Name}.IsRowToRowMapper");
            return doubling.IsRowMapper;
        }
    }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        journal.Call($"{Name}.GetOutputSchema({Kit.Names(inputSchema)})");
        return OutputSchema(inputSchema);
    }

    public IDataView Transform(IDataView input)
    {
        journal.Call($"{Name}.Transform({Kit.Names(input.Schema)})");
        return new DoublingView(input, NewMapper(input.Schema));
    }

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        journal.Call($"{Name}.GetRowToRowMapper({Kit.Names(inputSchema)})");
        return doubling.IsRowMapper ? NewMapper(inputSchema) : throw new InvalidOperationException();
    }

    public void Save(ModelSaveContext ctx)
    {
        journal.Call($"{Name}.Save");
        if (doubling.SaveThrows)
            throw new NotSupportedException();
    }

    public void Dispose() => journal.Increment("disposed");

    private DoublingMapper NewMapper(DataViewSchema inputSchema) => new(inputSchema, OutputSchema(inputSchema), doubling, journal);

    private DataViewSchema OutputSchema(DataViewSchema inputSchema)
    {
        if (inputSchema.GetColumnOrNull(doubling.Input)?.Type != NumberDataViewType.Single)
            throw new ArgumentOutOfRangeException(nameof(inputSchema));
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(doubling.Output, NumberDataViewType.Single);
        return builder.ToSchema();
    }
}
