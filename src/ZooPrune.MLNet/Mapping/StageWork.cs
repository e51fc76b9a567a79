using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace ZooPrune.MLNet;

/// <summary>A stage at work on the rows of one cursor, a batch of rows at a time: takes what it needs of each row while the input
/// stands on it, computes all of them at once, and keeps the outputs until the next batch. Each row of a batch has a slot. Not
/// thread-safe; every cursor has its own.</summary>
internal abstract class StageWork : IDisposable
{
    private readonly RowStage _stage;
    private readonly BoundRow _row;
    private readonly List<InputCell> _inputs = [];
    private readonly OutputCell[] _outputs;
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierError;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _error;
    private readonly Slot[] _slots;
    private readonly int[] _open;
    private readonly Action<int> _take;
    private readonly Action<int> _computeAlone;
    private TimeSpan _taking;

    /// <param name="stage">The stage.</param>
    /// <param name="row">The input row, which the cursor moves.</param>
    /// <param name="capacity">Most rows of a batch, &gt;= 1.</param>
    protected StageWork(RowStage stage, BoundRow row, int capacity)
    {
        _stage = stage;
        _row = row;
        _slots = new Slot[capacity];
        _open = new int[capacity];
        _outputs = [.. stage.Outputs.Select(column => column.NewCell(capacity))];
        _earlierError = row.TypeOf(stage.ErrorInput) is null ? null : row.Scalar<ReadOnlyMemory<char>>(stage.ErrorInput);
        _error = Output(stage.ErrorOutput);
        _take = Take;
        _computeAlone = slot => Compute([slot]);
        Telemetry = new StageTelemetry(stage);
    }

    /// <summary>Tells whoever listens.</summary>
    protected StageTelemetry Telemetry { get; }

    /// <summary>The getter of an output column.</summary>
    /// <param name="output">Index among the stage's outputs.</param>
    /// <param name="currentSlot">Sees to it that the current row is computed, and says which slot it has.</param>
    public Delegate NewGetter(int output, Func<int> currentSlot) => _outputs[output].NewGetter(currentSlot);

    /// <summary>Takes what the stage needs of the current input row. What goes wrong is this row's alone, and is said or thrown when
    /// the row is read.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a row threw is thrown when it is read, not when a row before it is.")]
    public void Collect(int slot)
    {
        _slots[slot] = new Slot { Row = _row.Position };
        try
        {
            if ((EarlierError() ?? PullInputs()) is { } error)
            {
                Blame(slot, error);
            }
            else
            {
                long start = StageTelemetry.Now();
                Attempt(slot, _take);
                _taking += StageTelemetry.Since(start);
            }
        }
        catch (Exception exception)
        {
            Telemetry.AddError(exception);
            Fail(slot, exception);
        }
    }

    /// <summary>Computes the outputs of the rows that were collected in the first slots.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a row threw is thrown when it is read, not when a row before it is.")]
    public void Compute(int count)
    {
        int open = 0;
        for (int slot = 0; slot < count; slot++)
        {
            if (!_slots[slot].IsSettled)
            {
                _open[open++] = slot;
            }
        }

        if (open == 0)
        {
            _taking = TimeSpan.Zero;
            return;
        }

        long start = StageTelemetry.Now();
        using Activity? activity = Telemetry.Start(open);
        int computed = 0;

        // A batch that fails is computed row by row, so that the right row is blamed.
        bool isDone = open > 1 && TryCompute(_open.AsSpan(0, open));
        foreach (int slot in _open.AsSpan(0, open))
        {
            try
            {
                // Computing may settle a slot itself, with an error.
                bool works = isDone || Attempt(slot, _computeAlone);
                if (works && !_slots[slot].IsSettled)
                {
                    _error.Set(slot, default);
                    _slots[slot].IsSettled = true;
                    computed++;
                }
            }
            catch (Exception exception)
            {
                Telemetry.AddError(exception);
                Fail(slot, exception);
            }
        }

        Telemetry.Stop(computed, open - computed, _taking + StageTelemetry.Since(start), activity);
        _taking = TimeSpan.Zero;
    }

    /// <summary>Throws what the row in a slot threw, at each call anew.</summary>
    public void ThrowIfFailed(int slot) => _slots[slot].Failure?.Throw();

    /// <summary>Frees what is kept from batch to batch.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Takes from the inputs, which have been pulled, what <see cref="Compute(ReadOnlySpan{int})"/> will need.</summary>
    /// <exception cref="ZooPruneException">The row cannot be computed; the message says why in four parts.</exception>
    protected virtual void Take(int slot)
    {
    }

    /// <summary>Computes every output of these slots. If it throws none counts as computed, and unless there is only one they are
    /// computed again one by one.</summary>
    /// <exception cref="ZooPruneException">A row cannot be computed; the message says why in four parts.</exception>
    protected abstract void Compute(ReadOnlySpan<int> slots);

    /// <summary>Adds to the cleared outputs of a row that cannot be computed.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="error">The message of the error column.</param>
    protected virtual void OnError(int slot, string error)
    {
    }

    /// <summary>Position of the row in a slot.</summary>
    protected long RowOf(int slot) => _slots[slot].Row;

    /// <summary>An input cell that is pulled for every row, in the order of these calls.</summary>
    protected TCell Input<TCell>(TCell cell)
        where TCell : InputCell
    {
        _inputs.Add(cell);
        return cell;
    }

    /// <summary>The same for a column that not every model needs.</summary>
    /// <param name="cell">The cell; null if there is no such column.</param>
    protected void OptionalInput(InputCell? cell)
    {
        if (cell is not null)
        {
            Input(cell);
        }
    }

    /// <summary>The cell of a scalar output column.</summary>
    protected ScalarOutput<T> Output<T>(ScalarColumn<T> column) => (ScalarOutput<T>)_outputs[IndexOf(column)];

    /// <summary>The cell of a vector output column.</summary>
    protected VectorOutput<T> Output<T>(VectorColumn<T> column) => (VectorOutput<T>)_outputs[IndexOf(column)];

    /// <summary>Does something that one row alone is to blame for if it fails.</summary>
    /// <returns>Whether it worked. If not, the row is settled: the others go on without it.</returns>
    protected bool Attempt(int slot, Action<int> action)
    {
        try
        {
            action(slot);
            return true;
        }
        catch (Exception exception) when (ConcernsTheRow(exception))
        {
            Telemetry.AddError(exception);
            string error = exception is ZooPruneException ? exception.Message : Throw.RowFailed(_stage.Name, RowOf(slot), exception).Message;
            if (_stage.Errors == RowErrors.Report)
            {
                Blame(slot, error);
            }
            else
            {
                // As in ML.NET's own stages.
                Fail(slot, new InvalidOperationException(error, exception));
            }

            return false;
        }
    }

    private int IndexOf(OutputColumn column) => _stage.Outputs.TakeWhile(other => other != column).Count();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Computed row by row, the exception comes again.")]
    private bool TryCompute(ReadOnlySpan<int> slots)
    {
        try
        {
            Compute(slots);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Blame(int slot, string error)
    {
        Array.ForEach(_outputs, output => output.Clear(slot));
        OnError(slot, error);
        _error.Set(slot, error.AsMemory());
        _slots[slot].IsSettled = true;
    }

    private void Fail(int slot, Exception exception)
    {
        _slots[slot].Failure = ExceptionDispatchInfo.Capture(exception);
        _slots[slot].IsSettled = true;
    }

    /// <summary>What an earlier stage reported about this row; null if nothing.</summary>
    private string? EarlierError()
    {
        _earlierError?.Pull();
        if (_earlierError is null || _earlierError.Value.IsEmpty)
        {
            return null;
        }

        string error = _earlierError.Value.ToString();
        return _stage.Errors == RowErrors.Throw ? throw new InvalidOperationException(error) : error;
    }

    /// <summary>What the input's getters throw is reported, or travels as it is.</summary>
    private string? PullInputs()
    {
        foreach (InputCell input in _inputs)
        {
            try
            {
                input.Pull();
            }
            catch (Exception exception) when (_stage.Errors == RowErrors.Report && ConcernsTheRow(exception))
            {
                Telemetry.AddError(exception);
                return Throw.UnreadableInput(_stage.Name, input.Column, _row.Position, exception).Message;
            }
        }

        return null;
    }

    /// <summary>Running out of memory, a cancelled run and a model that was disposed too early concern every row.</summary>
    private static bool ConcernsTheRow(Exception exception) =>
        exception is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException);

    private struct Slot
    {
        /// <summary>Position of the row.</summary>
        public long Row;

        /// <summary>Whether the outputs are there, or it is known that there will be none.</summary>
        public bool IsSettled;

        /// <summary>What reading the row throws.</summary>
        public ExceptionDispatchInfo? Failure;
    }
}
