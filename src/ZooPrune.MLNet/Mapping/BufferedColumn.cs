using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The values of an input column in the rows that a cursor has read ahead, a slot for each. Not thread-safe.</summary>
internal abstract class BufferedColumn
{
    /// <summary>Buffers for a column of any type.</summary>
    /// <param name="input">The input; the column is active.</param>
    /// <param name="column">The column.</param>
    /// <param name="slots">Most rows that are read ahead.</param>
    public static BufferedColumn New(DataViewRow input, DataViewSchema.Column column, int slots)
    {
        Type type = column.Type is VectorDataViewType vector
            ? typeof(BufferedVector<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(BufferedScalar<>).MakeGenericType(column.Type.RawType);
        return (BufferedColumn)Activator.CreateInstance(type, input, column, slots)!;
    }

    /// <summary>Forgets all values.</summary>
    public abstract void Forget();

    /// <summary>Takes the value of the current input row into a slot, unless it is there already. What the input throws is thrown when
    /// the value is read.</summary>
    public abstract void Pull(int slot);

    /// <summary>A getter of the current row's value, a ValueGetter of the column's raw type.</summary>
    /// <param name="currentSlot">The slot of the current row.</param>
    public abstract Delegate NewGetter(Func<int> currentSlot);
}

/// <summary>Buffers of one type.</summary>
internal abstract class BufferedColumn<TValue>(ValueGetter<TValue> getter, int slots) : BufferedColumn
{
    private readonly bool[] _isThere = new bool[slots];
    private readonly ExceptionDispatchInfo?[] _failures = new ExceptionDispatchInfo?[slots];

    public sealed override void Forget() => Array.Clear(_isThere);

    [SuppressMessage("Design", "CA1031", Justification = "It is thrown when the value is read.")]
    public sealed override void Pull(int slot)
    {
        if (_isThere[slot])
        {
            return;
        }

        _isThere[slot] = true;
        _failures[slot] = null;
        try
        {
            Read(slot, getter);
        }
        catch (Exception exception)
        {
            _failures[slot] = ExceptionDispatchInfo.Capture(exception);
        }
    }

    public sealed override Delegate NewGetter(Func<int> currentSlot)
    {
        ValueGetter<TValue> result = (ref TValue value) =>
        {
            int slot = currentSlot();
            Pull(slot);
            _failures[slot]?.Throw();
            HandOut(slot, ref value);
        };
        return result;
    }

    protected abstract void Read(int slot, ValueGetter<TValue> source);

    protected abstract void HandOut(int slot, ref TValue value);
}

/// <summary>Scalars and values of custom types.</summary>
/// <remarks>Some getters dispose the value that they are handed, which is how ML.NET frees images. So a slot hands its value out, takes
/// what the consumer had in exchange, and hands that to the input's getter the next time.</remarks>
internal sealed class BufferedScalar<TValue>(DataViewRow input, DataViewSchema.Column column, int slots)
    : BufferedColumn<TValue>(input.GetGetter<TValue>(column), slots)
{
    private readonly TValue[] _values = new TValue[slots];
    private readonly TValue[] _exchanged = new TValue[slots];
    private readonly bool[] _isHandedOut = new bool[slots];

    protected override void Read(int slot, ValueGetter<TValue> source)
    {
        TValue value = _isHandedOut[slot] ? _exchanged[slot] : _values[slot];
        _isHandedOut[slot] = false;
        _exchanged[slot] = default!;
        _values[slot] = default!;
        source(ref value);
        _values[slot] = value;
    }

    protected override void HandOut(int slot, ref TValue value)
    {
        if (!_isHandedOut[slot])
        {
            _exchanged[slot] = value;
            _isHandedOut[slot] = true;
        }

        value = _values[slot];
    }
}

/// <summary>Vectors; consumers get copies.</summary>
internal sealed class BufferedVector<TItem>(DataViewRow input, DataViewSchema.Column column, int slots)
    : BufferedColumn<VBuffer<TItem>>(input.GetGetter<VBuffer<TItem>>(column), slots)
{
    private readonly VBuffer<TItem>[] _values = new VBuffer<TItem>[slots];

    protected override void Read(int slot, ValueGetter<VBuffer<TItem>> source) => source(ref _values[slot]);

    protected override void HandOut(int slot, ref VBuffer<TItem> value) => _values[slot].CopyTo(ref value);
}
