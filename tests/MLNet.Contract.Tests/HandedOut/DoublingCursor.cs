using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

internal sealed class DoublingCursor : DataViewRowCursor
{
    private readonly DoublingMapper _mapper;
    private readonly DataViewRowCursor _input;
    private readonly DoublingGetters _getters;

    public DoublingCursor(DoublingMapper mapper, DataViewRowCursor input, HashSet<int> active)
    {
        _mapper = mapper;
        _input = input;
        _getters = new DoublingGetters(mapper, input, active);
        mapper.Journal.Increment("cursors opened");
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool MoveNext() => _input.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _getters.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _getters.Get<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mapper.Journal.Increment(Journal.CursorsDisposed);
            _input.Dispose();
        }
    }
}
