namespace Microsoft.ML.Data;

/// <summary>Some rows, column by column, that go from one thread to another; or the exception that came instead.</summary>
internal sealed class RowBatch
{
    public RowBatch(IReadOnlyList<ColumnPipe> pipes, int capacity)
    {
        Ids = new DataViewRowId[capacity];
        Columns = [.. pipes.Select(p => p.NewStorage(capacity))];
    }

    public RowBatch(Exception failure) => Failure = failure;

    /// <summary>Orders the batches of a cursor set.</summary>
    public long Number { get; set; }

    /// <summary>The number of rows.</summary>
    public int Count { get; set; }

    public DataViewRowId[] Ids { get; }

    public IReadOnlyList<Array> Columns { get; }

    public Exception Failure { get; }
}
