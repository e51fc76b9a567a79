namespace Microsoft.ML.Data;

/// <summary>A row with the columns that a stage adds.</summary>
internal sealed class MappedRow : DataViewRow
{
    private readonly MappedGetters _getters;

    public MappedRow(MappedGetters getters) => _getters = getters;

    public override DataViewSchema Schema => _getters.Schema;

    public override long Position => _getters.Input.Position;

    public override long Batch => _getters.Input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _getters.Input.GetIdGetter();

    /// <summary>As in ML.NET, a column of the input is active here if it is there, wanted or not.</summary>
    public override bool IsColumnActive(DataViewSchema.Column column) =>
        _getters.Origin(column) is { } origin ? _getters.Input.IsColumnActive(origin) : _getters.Active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _getters.Get<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _getters.Dispose();
        }

        base.Dispose(disposing);
    }
}
