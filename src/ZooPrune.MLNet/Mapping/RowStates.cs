using System.Runtime.ExceptionServices;

namespace ZooPrune.MLNet;

/// <summary>How far the rows of one batch are, a slot for each: computed, reported as errors, or to throw when they are read. Not
/// thread-safe.</summary>
/// <param name="stage">The stage.</param>
/// <param name="telemetry">Is told of every error.</param>
/// <param name="capacity">Most rows of a batch.</param>
/// <param name="writeError">Writes the outputs of a row that cannot be computed, with the message of its error column.</param>
internal sealed class RowStates(StageDefinition stage, StageTelemetry telemetry, int capacity, Action<int, string> writeError)
{
    private readonly RowState[] _rows = new RowState[capacity];

    /// <summary>Puts a row into a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="position">Position of the row in the input.</param>
    public void Begin(int slot, long position) => _rows[slot] = new RowState { Position = position };

    /// <summary>Position of the row in a slot.</summary>
    public long PositionOf(int slot) => _rows[slot].Position;

    /// <summary>Whether the outputs are there, or it is known that there will be none.</summary>
    public bool IsDone(int slot) => _rows[slot].IsDone;

    /// <summary>The outputs are there.</summary>
    public void SetDone(int slot) => _rows[slot].IsDone = true;

    /// <summary>The row cannot be computed, and its error column says why.</summary>
    public void SetRowError(int slot, string error)
    {
        writeError(slot, error);
        _rows[slot].IsDone = true;
    }

    /// <summary>Reading the row throws this.</summary>
    public void SetFailure(int slot, Exception exception)
    {
        _rows[slot].Failure = ExceptionDispatchInfo.Capture(exception);
        _rows[slot].IsDone = true;
    }

    /// <summary>Throws what reading the row throws, at each call anew.</summary>
    public void ThrowIfFailed(int slot) => _rows[slot].Failure?.Throw();

    /// <summary>Does something that one row alone is to blame for if it fails.</summary>
    /// <returns>Whether it worked. If not, the row is done: the others go on without it.</returns>
    public bool TryRow(int slot, Action<int> action)
    {
        try
        {
            action(slot);
            return true;
        }
        catch (Exception exception) when (ConcernsOneRow(exception))
        {
            string error = exception is ZooPruneException
                ? exception.Message
                : Throw.RowFailed(stage.Name, PositionOf(slot), exception).Message;
            telemetry.AddError(exception);
            if (stage.Errors == RowErrors.Report)
            {
                telemetry.Warn(error);
                SetRowError(slot, error);
            }
            else
            {
                // As in ML.NET's own stages.
                SetFailure(slot, new InvalidOperationException(error, exception));
            }

            return false;
        }
    }

    /// <summary>Running out of memory, a cancelled run, a model that was disposed too early and a native library that is missing concern
    /// every row.</summary>
    public static bool ConcernsOneRow(Exception exception) =>
        exception is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException)
        && exception.GetBaseException() is not DllNotFoundException;

    private struct RowState
    {
        public long Position;
        public bool IsDone;
        public ExceptionDispatchInfo? Failure;
    }
}
