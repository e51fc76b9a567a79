using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

internal sealed class DoublingRow(DoublingMapper mapper, DataViewRow input, HashSet<int> active) : DataViewRow
{
    private readonly DoublingGetters _getters = new(mapper, input, active);

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _getters.Get<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            mapper.Journal.Increment("rows disposed");
            input.Dispose();
        }
    }
}
