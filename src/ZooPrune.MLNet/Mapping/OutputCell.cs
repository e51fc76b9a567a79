using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The value of an output column in the current row of one cursor. Not thread-safe.</summary>
internal abstract class OutputCell
{
    /// <summary>A getter that first sees to it that the current row is computed.</summary>
    /// <param name="compute">Computes the current row unless that has been done.</param>
    /// <returns>A <see cref="ValueGetter{TValue}"/> of the column's raw type.</returns>
    public abstract Delegate NewGetter(Action compute);

    /// <summary>Sets the value of a row that cannot be computed.</summary>
    public abstract void Clear();
}

/// <summary>A scalar value.</summary>
internal sealed class ScalarOutput<T> : OutputCell
{
    public T? Value { get; set; }

    public override Delegate NewGetter(Action compute)
    {
        ValueGetter<T> getter = (ref T value) =>
        {
            compute();
            value = Value!;
        };
        return getter;
    }

    public override void Clear() => Value = default;
}

/// <summary>A vector value. Consumers get copies: they may keep or change what they are handed.</summary>
internal sealed class VectorOutput<T>(int declaredSize) : OutputCell
{
    private T[] _values = [];
    private int _length;

    /// <summary>Copies the values of the current row.</summary>
    public void Set(ReadOnlySpan<T> values)
    {
        Resize(values.Length);
        values.CopyTo(_values);
    }

    public override Delegate NewGetter(Action compute)
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) =>
        {
            compute();
            VBufferEditor<T> editor = VBufferEditor.Create(ref value, _length);
            _values.AsSpan(0, _length).CopyTo(editor.Values);
            value = editor.Commit();
        };
        return getter;
    }

    /// <inheritdoc/>
    /// <remarks>A vector of a declared size keeps it: ML.NET's own stages rely on it.</remarks>
    public override void Clear()
    {
        Resize(declaredSize);
        _values.AsSpan(0, _length).Clear();
    }

    private void Resize(int length)
    {
        if (_values.Length < length)
        {
            _values = new T[length];
        }

        _length = length;
    }
}
