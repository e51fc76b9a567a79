using System.Collections.Concurrent;

namespace Microsoft.ML.Data;

/// <summary>Reads one cursor on a thread of its own and deals its rows out, batch by batch, to several cursors.</summary>
internal sealed class CursorSplitter
{
    private readonly DataViewRowCursor _input;
    private readonly RowBatchFiller _filler;
    private readonly BlockingCollection<RowBatch> _filled;
    private readonly CancellationTokenSource _stop = new();
    private Task _worker;
    private int _open;

    private CursorSplitter(DataViewRowCursor input, RowBatchFiller filler, int n)
    {
        _input = input;
        _filler = filler;
        _filled = new BlockingCollection<RowBatch>(n);
        _open = n;
    }

    /// <summary>Cursors that share the rows of one; only itself if it has a column that cannot be read ahead.</summary>
    public static DataViewRowCursor[] Split(DataViewRowCursor input, int n)
    {
        if (n <= 1 || !RowBatching.CanHold(input))
        {
            return [input];
        }

        int[] active = [.. input.Schema.Where(input.IsColumnActive).Select(c => c.Index)];
        ColumnPipe[] pipes = [.. active.Select(i => ColumnPipe.Of(input.Schema[i]))];
        var splitter = new CursorSplitter(input, new RowBatchFiller(input, pipes), n);
        DataViewRowCursor[] cursors = [.. Enumerable.Range(0, n).Select(_ => new SplitCursor(splitter, input.Schema, active, pipes))];
        splitter._worker = Task.Factory.StartNew(
            splitter.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return cursors;
    }

    private void Run()
    {
        try
        {
            long number = 0;
            while (NextOrFailure() is { } batch)
            {
                batch.Number = number++;
                _filled.Add(batch, _stop.Token);
                if (batch.Failure is not null)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody wants further rows.
        }
        finally
        {
            _filled.CompleteAdding();
            _input.Dispose();
        }
    }

    private RowBatch NextOrFailure()
    {
        try
        {
            return _filler.Next();
        }
        catch (Exception e)
        {
            return new RowBatch(e);
        }
    }

    private RowBatch Take() => _filled.TryTake(out var batch, Timeout.Infinite) ? batch : null;

    private void Release()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _stop.Cancel();
            _worker.Wait();
            _filled.Dispose();
            _stop.Dispose();
        }
    }

    private sealed class SplitCursor : BatchCursor
    {
        private readonly CursorSplitter _splitter;
        private bool _isReleased;

        public SplitCursor(CursorSplitter splitter, DataViewSchema schema, IReadOnlyList<int> active, IReadOnlyList<ColumnPipe> pipes)
            : base(schema, active, pipes) => _splitter = splitter;

        protected override RowBatch Exchange(RowBatch read)
        {
            if (read is not null)
            {
                _splitter._filler.Recycle(read);
            }

            return _splitter.Take();
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing && !_isReleased)
            {
                _isReleased = true;
                _splitter.Release();
            }
        }
    }
}
