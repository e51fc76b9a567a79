namespace Microsoft.ML.Data;

/// <summary>Reads several cursors on a thread each and gives their rows in the order of their batches.</summary>
internal sealed class MergedCursor : BatchCursor
{
    private readonly BatchQueue _queue;
    private readonly Task[] _workers;
    private readonly RowBatchFiller[] _fillers;
    private int _source;

    private MergedCursor(DataViewRowCursor[] inputs, IReadOnlyList<int> active, IReadOnlyList<ColumnPipe> pipes)
        : base(inputs[0].Schema, active, pipes)
    {
        _queue = new BatchQueue(inputs.Length);
        _fillers = [.. inputs.Select(input => new RowBatchFiller(input, pipes))];
        _workers = [.. inputs.Select((input, i) => Task.Factory.StartNew(
            () => Run(i, input), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    public static DataViewRowCursor Merge(DataViewRowCursor[] inputs, ColumnSet active)
    {
        if (inputs.Length == 1)
        {
            return inputs[0];
        }

        int[] columns = [.. active.Members];
        return new MergedCursor(inputs, columns, [.. columns.Select(i => ColumnPipe.Of(inputs[0].Schema[i]))]);
    }

    protected override RowBatch Exchange(RowBatch read)
    {
        if (read is not null)
        {
            _fillers[_source].Recycle(read);
        }

        return _queue.Take(out _source);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _queue.Stop();
            Task.WaitAll(_workers);
        }
    }

    private void Run(int source, DataViewRowCursor input)
    {
        try
        {
            while (_fillers[source].Next() is { } batch && _queue.Add(source, batch))
            {
            }
        }
        catch (Exception e)
        {
            _queue.Add(source, new RowBatch(e) { Number = input.Batch });
        }
        finally
        {
            _queue.Complete(source);
            input.Dispose();
        }
    }
}
