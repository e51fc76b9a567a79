using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet;

/// <summary>The value of an input column in the current row of one cursor. Not thread-safe.</summary>
internal abstract class InputCell(InputColumn column)
{
    /// <summary>The column this is the value of.</summary>
    public InputColumn Column => column;

    /// <summary>Takes the value of the current row from the input. Throws what the input's getter throws.</summary>
    public abstract void Pull();
}

/// <summary>A scalar value. The same variable is handed to the getter in every row, as ML.NET's contract wants it: a getter of images
/// disposes what it is handed.</summary>
internal sealed class ScalarInput<T>(InputColumn column, ValueGetter<T> getter) : InputCell(column)
{
    private T? _value;

    public T? Value => _value;

    public override void Pull() => getter(ref _value!);
}

/// <summary>A vector value, dense whatever the input delivers.</summary>
internal sealed class VectorInput<T>(InputColumn column, ValueGetter<VBuffer<T>> getter) : InputCell(column)
{
    private VBuffer<T> _value;
    private T[] _dense = [];

    /// <summary>All items. Valid until the next <see cref="Pull"/>.</summary>
    public ReadOnlySpan<T> Values => _value.IsDense ? _value.GetValues() : _dense.AsSpan(0, _value.Length);

    public override void Pull()
    {
        getter(ref _value);
        if (_value.IsDense)
        {
            return;
        }

        if (_dense.Length < _value.Length)
        {
            _dense = new T[_value.Length];
        }

        _value.CopyTo(_dense);
    }
}
