using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ZooPrune.MLNet;

/// <summary>Computes a stage's columns for one cursor, a batch of rows at a time: reads what it needs of each row while the input
/// stands on it, computes all of them at once, and keeps the outputs until the next batch. Each row of a batch has a slot. Not
/// thread-safe; every cursor has its own.</summary>
internal abstract class BatchMapper : IDisposable
{
    private const long NoRow = -1;

    private readonly StageDefinition _stage;
    private readonly InputRow _row;
    private readonly OutputCell[] _outputs;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _error;
    private readonly RowStates _states;
    private readonly int[] _pending;
    private readonly Action<int> _readRow;
    private readonly Action<int> _computeAlone;
    private TimeSpan _readingTime;
    private long _computedPosition = NoRow;

    /// <param name="stage">The stage.</param>
    /// <param name="row">The input row, which the cursor moves.</param>
    /// <param name="capacity">Most rows of a batch, &gt;= 1.</param>
    protected BatchMapper(StageDefinition stage, InputRow row, int capacity)
    {
        _stage = stage;
        _row = row;
        _pending = new int[capacity];
        _outputs = [.. stage.Outputs.Select(column => column.NewCell(capacity))];
        _error = Output(stage.ErrorOutput);
        _readRow = ReadRow;
        _computeAlone = slot => Compute([slot]);
        Telemetry = new StageTelemetry(stage);
        _states = new RowStates(stage, Telemetry, capacity, WriteError);
    }

    /// <summary>Tells whoever listens.</summary>
    protected StageTelemetry Telemetry { get; }

    /// <summary>The getter of an output column.</summary>
    /// <param name="output">Index among the stage's outputs.</param>
    /// <param name="currentSlot">Sees to it that the current row is computed, and says which slot it has.</param>
    public Delegate NewGetter(int output, Func<int> currentSlot) => _outputs[output].NewGetter(currentSlot);

    /// <summary>Computes the row that the input stands on as a batch of one, unless that is done.</summary>
    /// <returns>Its slot.</returns>
    /// <exception cref="InvalidOperationException">There is no current row, or the row cannot be computed and the stage throws.</exception>
    public int ComputeCurrentRow()
    {
        long position = _row.Position;
        if (position < 0)
        {
            throw Throw.NoCurrentRow(_stage.Name);
        }

        if (position != _computedPosition)
        {
            // Until this row is done there is none: an exception must not leave the values of half a row behind.
            _computedPosition = NoRow;
            ReadInputs(0);
            Compute(1);
            _computedPosition = position;
        }

        ThrowIfFailed(0);
        return 0;
    }

    /// <summary>Reads what the stage needs of the current input row. What goes wrong is this row's alone, and is said or thrown when
    /// the row is read.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What a row threw is thrown when it is read, not when a row before it is.")]
    public void ReadInputs(int slot)
    {
        _states.Begin(slot, _row.Position);
        Telemetry.AddRow();
        try
        {
            _stage.Cancellation.ThrowIfCancellationRequested();
            if (_row.Pull(Telemetry) is { } error)
            {
                _states.SetRowError(slot, error);
            }
            else
            {
                long start = StageTelemetry.Now();
                TryRow(slot, _readRow);
                _readingTime += StageTelemetry.Since(start);
            }
        }
        catch (Exception exception)
        {
            Telemetry.AddError(exception);
            _states.SetFailure(slot, exception);
        }
    }

    /// <summary>Computes the outputs of the rows that were read into the first slots.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What a row threw is thrown when it is read, not when a row before it is.")]
    public void Compute(int count)
    {
        int pending = 0;
        for (int slot = 0; slot < count; slot++)
        {
            if (!_states.IsDone(slot))
            {
                _pending[pending++] = slot;
            }
        }

        if (pending == 0)
        {
            _readingTime = TimeSpan.Zero;
            return;
        }

        long start = StageTelemetry.Now();
        using Activity? activity = Telemetry.Start(pending);
        int computed = 0;

        // A batch that fails is computed row by row, so that the error is that of the right row.
        bool isComputed = pending > 1 && TryCompute(_pending.AsSpan(0, pending));
        foreach (int slot in _pending.AsSpan(0, pending))
        {
            try
            {
                // Computing may itself give a row an error.
                bool works = isComputed || TryRow(slot, _computeAlone);
                if (works && !_states.IsDone(slot))
                {
                    _error.Set(slot, default);
                    _states.SetDone(slot);
                    computed++;
                }
            }
            catch (Exception exception)
            {
                Telemetry.AddError(exception);
                _states.SetFailure(slot, exception);
            }
        }

        Telemetry.Stop(computed, pending - computed, _readingTime + StageTelemetry.Since(start), activity);
        _readingTime = TimeSpan.Zero;
    }

    /// <summary>Throws what the row in a slot threw, at each call anew.</summary>
    public void ThrowIfFailed(int slot) => _states.ThrowIfFailed(slot);

    /// <summary>Frees what is kept from batch to batch, and tells the log what the pass came to.</summary>
    public virtual void Dispose() => Telemetry.Dispose();

    /// <summary>Copies from the inputs, which have been pulled, what <see cref="Compute(ReadOnlySpan{int})"/> will need.</summary>
    /// <exception cref="ZooPruneException">The row cannot be computed; the message says why in four parts.</exception>
    protected virtual void ReadRow(int slot)
    {
    }

    /// <summary>Computes every output of these slots. If it throws none counts as computed, and unless there is only one they are
    /// computed again one by one.</summary>
    /// <exception cref="ZooPruneException">A row cannot be computed; the message says why in four parts.</exception>
    protected abstract void Compute(ReadOnlySpan<int> slots);

    /// <summary>Position of the row in a slot.</summary>
    protected long RowOf(int slot) => _states.PositionOf(slot);

    /// <inheritdoc cref="RowStates.TryRow"/>
    protected bool TryRow(int slot, Action<int> action) => _states.TryRow(slot, action);

    /// <summary>The cell of a scalar output column; null if there is no such column.</summary>
    [return: NotNullIfNotNull(nameof(column))]
    protected ScalarOutput<T>? Output<T>(ScalarColumn<T>? column) => (ScalarOutput<T>?)CellOf(column);

    /// <summary>The cell of a vector output column; null if there is no such column.</summary>
    [return: NotNullIfNotNull(nameof(column))]
    protected VectorOutput<T>? Output<T>(VectorColumn<T>? column) => (VectorOutput<T>?)CellOf(column);

    private OutputCell? CellOf(OutputColumn? column) =>
        column is null ? null : _outputs[_stage.Outputs.TakeWhile(other => other != column).Count()];

    [SuppressMessage("Design", "CA1031", Justification = "Computed row by row, the exception comes again.")]
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

    private void WriteError(int slot, string error)
    {
        Array.ForEach(_outputs, output => output.Clear(slot));
        _error.Set(slot, error.AsMemory());
    }
}

/// <summary>Computes row by row, from inputs that are still there.</summary>
internal abstract class RowMapper(StageDefinition stage, InputRow row) : BatchMapper(stage, row, capacity: 1)
{
    /// <summary>Position of the current row.</summary>
    protected long Row => RowOf(0);

    /// <summary>Computes every output of the current row from the inputs, which have been pulled.</summary>
    /// <exception cref="ZooPruneException">The row cannot be computed; the message says why in four parts.</exception>
    protected abstract void Compute();

    /// <inheritdoc/>
    protected sealed override void Compute(ReadOnlySpan<int> slots) => Compute();
}
