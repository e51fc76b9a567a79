using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The values of an output column in the current batch of one cursor, a slot for each row. Not thread-safe.</summary>
internal abstract class OutputCell
{
    /// <summary>A getter of the current row's value.</summary>
    /// <param name="currentSlot">Sees to it that the current row is computed, and says which slot it has.</param>
    /// <returns>A <see cref="ValueGetter{TValue}"/> of the column's raw type.</returns>
    public abstract Delegate NewGetter(Func<int> currentSlot);

    /// <summary>Sets the value of a row that cannot be computed.</summary>
    public abstract void Clear(int slot);
}

/// <summary>Scalar values.</summary>
internal sealed class ScalarOutput<T>(int slots) : OutputCell
{
    private readonly T[] _values = new T[slots];

    /// <summary>Sets the value of a row.</summary>
    public void Set(int slot, T value) => _values[slot] = value;

    public override Delegate NewGetter(Func<int> currentSlot)
    {
        ValueGetter<T> getter = (ref T value) => value = _values[currentSlot()];
        return getter;
    }

    public override void Clear(int slot) => _values[slot] = default!;
}

/// <summary>Vector values. Consumers get copies: they may keep or change what they are handed.</summary>
internal sealed class VectorOutput<T>(int slots, int declaredSize) : OutputCell
{
    private readonly T[][] _buffers = [.. Enumerable.Repeat<T[]>([], slots)];
    private readonly ReadOnlyMemory<T>[] _values = new ReadOnlyMemory<T>[slots];

    /// <summary>Copies the values of a row.</summary>
    public void Set(int slot, ReadOnlySpan<T> values) => values.CopyTo(Resize(slot, values.Length));

    /// <summary>Takes the values of a row over; nobody changes them from here.</summary>
    public void Keep(int slot, ReadOnlyMemory<T> values) => _values[slot] = values;

    public override Delegate NewGetter(Func<int> currentSlot)
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) =>
        {
            ReadOnlySpan<T> values = _values[currentSlot()].Span;
            VBufferEditor<T> editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        };
        return getter;
    }

    /// <inheritdoc/>
    /// <remarks>A vector of a declared size keeps it: ML.NET's own stages rely on it.</remarks>
    public override void Clear(int slot) => Resize(slot, declaredSize).Clear();

    private Span<T> Resize(int slot, int length)
    {
        if (_buffers[slot].Length < length)
        {
            _buffers[slot] = new T[length];
        }

        _values[slot] = _buffers[slot].AsMemory(0, length);
        return _buffers[slot].AsSpan(0, length);
    }
}
