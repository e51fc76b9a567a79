using System.Diagnostics.CodeAnalysis;

namespace ZooPrune.MLNet;

/// <summary>A stage at work on the rows of one cursor: pulls the inputs of the current row, computes all outputs at once, and keeps
/// them until the cursor moves. Not thread-safe; every cursor has its own.</summary>
internal abstract class RowWork
{
    private const long NoRow = -1;

    private readonly RowStage _stage;
    private readonly BoundRow _row;
    private readonly List<InputCell> _inputs = [];
    private readonly OutputCell[] _outputs;
    private readonly ScalarInput<ReadOnlyMemory<char>>? _earlierError;
    private readonly ScalarOutput<ReadOnlyMemory<char>> _error;
    private long _computed = NoRow;

    protected RowWork(RowStage stage, BoundRow row)
    {
        _stage = stage;
        _row = row;
        _outputs = [.. stage.Outputs.Select(column => column.NewCell())];
        _earlierError = row.TypeOf(stage.ErrorInput) is null ? null : row.Scalar<ReadOnlyMemory<char>>(stage.ErrorInput);
        _error = Output(stage.ErrorOutput);
    }

    /// <summary>Position of the current row.</summary>
    protected long Row => _row.Position;

    /// <summary>The getter of an output column.</summary>
    /// <param name="output">Index among the stage's outputs.</param>
    public Delegate NewGetter(int output) => _outputs[output].NewGetter(EnsureComputed);

    /// <summary>Computes every output of the current row from the inputs, which have been pulled.</summary>
    /// <exception cref="ZooPruneException">The row cannot be computed; the message says why in four parts.</exception>
    protected abstract void Compute();

    /// <summary>Adds to the cleared outputs of a row that cannot be computed.</summary>
    /// <param name="error">The message of the error column.</param>
    protected virtual void Fail(string error)
    {
    }

    /// <summary>An input cell that is pulled before every <see cref="Compute"/>, in the order of these calls.</summary>
    protected TCell Input<TCell>(TCell cell)
        where TCell : InputCell
    {
        _inputs.Add(cell);
        return cell;
    }

    /// <summary>The cell of a scalar output column.</summary>
    protected ScalarOutput<T> Output<T>(ScalarColumn<T> column) => (ScalarOutput<T>)_outputs[IndexOf(column)];

    /// <summary>The cell of a vector output column.</summary>
    protected VectorOutput<T> Output<T>(VectorColumn<T> column) => (VectorOutput<T>)_outputs[IndexOf(column)];

    private int IndexOf(OutputColumn column) => _stage.Outputs.TakeWhile(other => other != column).Count();

    private void EnsureComputed()
    {
        long row = _row.Position;
        if (row < 0)
        {
            throw Throw.NoCurrentRow(_stage.Name);
        }

        if (row == _computed)
        {
            return;
        }

        // Until this row is done there is none: an exception must not leave the values of half a row behind.
        _computed = NoRow;
        string? error = EarlierError() ?? (_stage.Errors == RowErrors.Throw ? ComputeOrThrow() : ComputeOrDescribe());
        if (error is not null)
        {
            Array.ForEach(_outputs, output => output.Clear());
            Fail(error);
        }

        _error.Value = error.AsMemory();
        _computed = row;
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

    /// <summary>What the input's getters throw travels as it is; what this stage cannot do is an InvalidOperationException, as in
    /// ML.NET's own stages.</summary>
    private string? ComputeOrThrow()
    {
        _inputs.ForEach(input => input.Pull());
        try
        {
            Compute();
            return null;
        }
        catch (Exception exception) when (ConcernsTheRow(exception))
        {
            throw new InvalidOperationException(Describe(exception), exception);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A bad row must not end the run, whatever its image or its question makes a library throw.")]
    private string? ComputeOrDescribe()
    {
        foreach (InputCell input in _inputs)
        {
            try
            {
                input.Pull();
            }
            catch (Exception exception) when (ConcernsTheRow(exception))
            {
                return Throw.UnreadableInput(_stage.Name, input.Column, Row, exception).Message;
            }
        }

        try
        {
            Compute();
            return null;
        }
        catch (Exception exception) when (ConcernsTheRow(exception))
        {
            return Describe(exception);
        }
    }

    private string Describe(Exception exception) =>
        exception is ZooPruneException ? exception.Message : Throw.RowFailed(_stage.Name, Row, exception).Message;

    /// <summary>Running out of memory, a cancelled run and a model that was disposed too early concern every row.</summary>
    private static bool ConcernsTheRow(Exception exception) =>
        exception is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException);
}
