namespace Microsoft.ML.Data;

/// <summary>Moves the active columns of a cursor's rows into batches.</summary>
internal sealed class RowBatchFiller
{
    /// <summary>As in ML.NET: the rows of a batch are computed by one thread, and are lost together if one fails.</summary>
    private const int RowsPerBatch = 128;

    private readonly DataViewRowCursor _input;
    private readonly IReadOnlyList<ColumnPipe> _pipes;
    private readonly Action<Array, int>[] _inputs;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly Stack<RowBatch> _used = [];
    private bool _hasRow;
    private bool _isAtEnd;

    public RowBatchFiller(DataViewRowCursor input, IReadOnlyList<ColumnPipe> pipes)
    {
        _input = input;
        _pipes = pipes;
        _inputs = [.. pipes.Select(p => p.OpenInput(input))];
        _getId = input.GetIdGetter();
    }

    /// <summary>The next rows, all of one batch of the input; null at the end.</summary>
    public RowBatch Next()
    {
        if (!MoveNext())
        {
            return null;
        }

        var batch = Take();
        batch.Number = _input.Batch;
        batch.Count = 0;
        do
        {
            _getId(ref batch.Ids[batch.Count]);
            for (int i = 0; i < _inputs.Length; i++)
            {
                _inputs[i](batch.Columns[i], batch.Count);
            }

            batch.Count++;
            _hasRow = false;
        }
        while (batch.Count < RowsPerBatch && MoveNext() && _input.Batch == batch.Number);
        return batch;
    }

    /// <summary>Takes back a batch that has been read.</summary>
    public void Recycle(RowBatch batch)
    {
        lock (_used)
        {
            _used.Push(batch);
        }
    }

    private bool MoveNext()
    {
        if (!_hasRow && !_isAtEnd)
        {
            _hasRow = _input.MoveNext();
            _isAtEnd = !_hasRow;
        }

        return _hasRow;
    }

    private RowBatch Take()
    {
        lock (_used)
        {
            return _used.TryPop(out var batch) ? batch : new RowBatch(_pipes, RowsPerBatch);
        }
    }
}
