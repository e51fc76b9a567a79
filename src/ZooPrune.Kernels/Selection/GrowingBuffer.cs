namespace ZooPrune;

/// <summary>An array that is replaced by a longer one when it is too short, and otherwise used again.</summary>
/// <param name="values">The first content; all of it is in use.</param>
internal sealed class GrowingBuffer<T>(T[] values)
    where T : unmanaged
{
    private T[] _values = values;
    private int _length = values.Length;

    public GrowingBuffer()
        : this([])
    {
    }

    /// <summary>The part in use: what was taken last.</summary>
    public Span<T> Span => _values.AsSpan(0, _length);

    /// <summary>Takes <paramref name="length"/> values, whatever they are; what was taken before is given up.</summary>
    public Span<T> Take(int length)
    {
        if (_values.Length < length)
        {
            _values = GC.AllocateUninitializedArray<T>(length);
        }

        _length = length;
        return Span;
    }
}
