using System.Diagnostics;
using System.Text;

namespace ZooPrune.Cli;

/// <summary>
/// Takes batches of rows from the input through the pipeline to the output, in the order of the input, several batches at a time. What
/// is in memory at any time is the batches at work.
/// </summary>
/// <param name="reader">The rows still to be done.</param>
/// <param name="pipeline">Answers them.</param>
/// <param name="formatter">Writes them.</param>
/// <param name="output">Takes them.</param>
/// <param name="options">Sizes, and when to commit.</param>
internal sealed class ScoringRun(
    IRowReader reader, ScoringPipeline pipeline, RowFormatter formatter, ScoredFile output, ScoreOptions options)
{
    /// <summary>Does all rows that are left.</summary>
    /// <param name="rows">How many there are; null = as many as the reader gives.</param>
    /// <param name="report">Is told after each batch how far the output is.</param>
    /// <param name="cancellation">Set by Ctrl-C and its like.</param>
    /// <exception cref="OperationCanceledException">The user stopped the program. Batches that were not done are given up; what was
    /// written before counts.</exception>
    /// <exception cref="FailFastException">A row has an error and the options say to stop there. Its batch is not written.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Run(long? rows, Action<Progress> report, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Queue<Task<RowBatch>> atWork = new(options.Workers);
        try
        {
            WriteHeader();
            WriteBatches(rows, atWork, report, stop.Token);
            output.Finish();
        }
        catch (Exception e) when (e is OperationCanceledException or FailFastException)
        {
            output.Commit();
            throw;
        }
        finally
        {
            // The model must not go while a batch still uses it. What these batches say no longer matters.
            stop.Cancel();
            Task.WhenAll(atWork).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private void WriteHeader()
    {
        if (output.Committed.OutputLength > 0)
        {
            return;
        }

        StringBuilder header = new();
        formatter.AppendHeader(header);
        output.AppendHeader(header.ToString());
    }

    private void WriteBatches(long? rows, Queue<Task<RowBatch>> atWork, Action<Progress> report, CancellationToken cancellation)
    {
        using IEnumerator<RowBatch> batches = RowBatch.Of(reader, options.Batch, rows ?? long.MaxValue).GetEnumerator();
        Stopwatch sinceCommit = Stopwatch.StartNew();
        while (true)
        {
            while (atWork.Count < options.Workers && batches.MoveNext())
            {
                RowBatch batch = batches.Current;
                atWork.Enqueue(Task.Run(() => batch.Score(pipeline, cancellation), cancellation));
            }

            if (atWork.Count == 0)
            {
                return;
            }

            Write(atWork.Peek().GetAwaiter().GetResult());
            atWork.Dequeue();
            if (sinceCommit.Elapsed >= options.CommitInterval)
            {
                output.Commit();
                sinceCommit.Restart();
            }

            report(output.Progress);
        }
    }

    private void Write(RowBatch batch)
    {
        StringBuilder text = new();
        Progress progress = output.Progress;
        foreach ((InputRow row, RowResult result) in batch.Rows.Zip(batch.Results))
        {
            if (result.IsFailed && options.FailFast)
            {
                throw new FailFastException(row.Line, result.Error);
            }

            formatter.Append(text, row, result);
            progress = progress.With(row, result);
        }

        output.Append(text.ToString(), progress);
    }
}

/// <summary>A row has an error, and the user wants to stop at the first.</summary>
/// <param name="line">Where the row begins in the input, from 1.</param>
/// <param name="error">What is wrong with it.</param>
internal sealed class FailFastException(long line, string error) : Exception(error)
{
    /// <summary>Where the row begins in the input, from 1.</summary>
    public long Line { get; } = line;
}
