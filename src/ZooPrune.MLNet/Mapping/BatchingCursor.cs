using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>Rows of an input cursor, read ahead in batches for a stage that gains by computing several at once, and handed on one by
/// one as if they had not been. Not thread-safe.</summary>
/// <remarks>Nothing is read ahead until a computed column of the current row is asked for; then one row is computed, the next time two,
/// and so on up to the batch size: whoever reads only the first rows does not pay for many. What the input's getters or its MoveNext
/// throw for a row is thrown when the consumer is at that row.</remarks>
internal sealed class BatchingCursor : DataViewRowCursor
{
    private const int NoSlot = -1;

    private readonly string _stageName;
    private readonly DataViewRowCursor _input;
    private readonly BatchMapper _mapper;
    private readonly Dictionary<int, BufferedColumn> _columns;
    private readonly ValueGetter<DataViewRowId> _idGetter;
    private readonly Stamp[] _stamps;
    private ExceptionDispatchInfo? _moveFailure;
    private bool _hasEnded;
    private bool _isComputed;
    private int _slot = NoSlot;
    private int _count;
    private int _next = 1;

    /// <param name="stage">The stage.</param>
    /// <param name="input">The input cursor; owned from here.</param>
    /// <param name="passedOn">Input columns that the consumer may read.</param>
    /// <param name="mapper">Computes the stage's columns from <paramref name="input"/>; owned by the caller.</param>
    public BatchingCursor(StageDefinition stage, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> passedOn, BatchMapper mapper)
    {
        _stageName = stage.Name;
        _input = input;
        _mapper = mapper;
        _columns = passedOn.ToDictionary(column => column.Index, column => BufferedColumn.New(input, column, stage.BatchSize));
        _idGetter = input.GetIdGetter();
        _stamps = new Stamp[stage.BatchSize];
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _input.Schema;

    /// <inheritdoc/>
    public override long Position => _slot == NoSlot ? -1 : _stamps[_slot].Position;

    /// <inheritdoc/>
    public override long Batch => _slot == NoSlot ? _input.Batch : _stamps[_slot].Batch;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_slot + 1 < _count)
        {
            _slot++;
            return true;
        }

        _slot = NoSlot;
        _count = 0;
        _isComputed = false;
        foreach (BufferedColumn column in _columns.Values)
        {
            column.Forget();
        }

        _moveFailure?.Throw();
        if (!MoveInput())
        {
            return false;
        }

        _slot = 0;
        return true;
    }

    /// <summary>The slot of the current row, computed.</summary>
    /// <exception cref="InvalidOperationException">There is no current row, or the row cannot be computed and the stage throws.</exception>
    public int ComputedSlot()
    {
        int slot = CurrentSlot();
        if (!_isComputed)
        {
            ReadAhead();
        }

        _mapper.ThrowIfFailed(slot);
        return slot;
    }

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _stamps[CurrentSlot()].Id;

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>

        // The input says what is wrong with the type.
        _columns[column.Index].NewGetter(CurrentSlot) as ValueGetter<TValue> ?? _input.GetGetter<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private int CurrentSlot() => _slot == NoSlot ? throw Throw.NoCurrentRow(_stageName) : _slot;

    [SuppressMessage("Design", "CA1031", Justification = "The rows before it are handed on first; then it is thrown.")]
    private void ReadAhead()
    {
        _mapper.ReadInputs(0);
        while (_count < _next && _moveFailure is null)
        {
            // The input is about to leave this row.
            foreach (BufferedColumn column in _columns.Values)
            {
                column.Pull(_count - 1);
            }

            try
            {
                if (!MoveInput())
                {
                    break;
                }
            }
            catch (Exception exception)
            {
                _moveFailure = ExceptionDispatchInfo.Capture(exception);
                break;
            }

            _mapper.ReadInputs(_count - 1);
        }

        _mapper.Compute(_count);
        _isComputed = true;
        _next = Math.Min(2 * _next, _stamps.Length);
    }

    /// <summary>Moves the input on and gives its row the next slot.</summary>
    private bool MoveInput()
    {
        if (_hasEnded || !_input.MoveNext())
        {
            _hasEnded = true;
            return false;
        }

        Stamp stamp = new() { Position = _input.Position, Batch = _input.Batch };
        _idGetter(ref stamp.Id);
        _stamps[_count++] = stamp;
        return true;
    }

    private struct Stamp
    {
        public long Position;
        public long Batch;
        public DataViewRowId Id;
    }
}
