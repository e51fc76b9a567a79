namespace Microsoft.ML.Data;

/// <summary>What the rows and cursors of a stage have in common: how the input's and the added columns are read.</summary>
internal sealed class MappedGetters : IDisposable
{
    private readonly RowMapper _mapper;
    private readonly IAddedValues _added;

    public MappedGetters(RowMapper mapper, DataViewRow input, ColumnSet active)
    {
        _mapper = mapper;
        Active = active;
        Input = input;
        _added = mapper.Added.Open(input, mapper.AddedAmong(active));
    }

    public DataViewRow Input { get; }

    public ColumnSet Active { get; }

    public DataViewSchema Schema => _mapper.OutputSchema;

    /// <summary>The column of the input that an output column is; null if it is an added one.</summary>
    public DataViewSchema.Column? Origin(DataViewSchema.Column column) =>
        _mapper.IsFromInput(column.Index, out int index) ? _mapper.InputSchema[index] : null;

    public ValueGetter<TValue> Get<TValue>(DataViewSchema.Column column)
    {
        if (Origin(column) is { } origin)
        {
            return Input.GetGetter<TValue>(origin);
        }

        _mapper.IsFromInput(column.Index, out int added);
        if (!Active.Contains(column.Index))
        {
            // Cursors refuse before they get here; on a row this is how ML.NET fails.
            throw new NullReferenceException($"Column '{column.Name}' was not asked for when the row was made.");
        }

        return _added.Getter(added) as ValueGetter<TValue> ?? throw Throw.WrongValueType(typeof(TValue), column.Type);
    }

    public void Dispose()
    {
        _added.Dispose();
        Input.Dispose();
    }
}
