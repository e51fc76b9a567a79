namespace Microsoft.ML.Data;

/// <summary>A cursor that counts its rows itself.</summary>
internal abstract class RootCursor : DataViewRowCursor
{
    private long _position = -1;
    private bool _isAtEnd;

    protected RootCursor(DataViewSchema schema) => Schema = schema;

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public sealed override bool MoveNext()
    {
        if (_isAtEnd)
        {
            return false;
        }

        if (MoveNextCore())
        {
            _position++;
            return true;
        }

        Dispose();
        return false;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        Throw.IfInvalid(_position < 0, "There is no row.");
        id = new DataViewRowId((ulong)_position, 0);
    };

    /// <summary>Moves to the next row, without the counting.</summary>
    protected abstract bool MoveNextCore();

    protected override void Dispose(bool disposing)
    {
        _isAtEnd = true;
        _position = -1;
        base.Dispose(disposing);
    }
}
