using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A vector: all values (dense), or those at some ascending indices, the others being default (sparse).</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    /// <summary>The number of values, counting those that are not stored.</summary>
    public readonly int Length;

    private readonly int _count;
    private readonly T[] _values;
    private readonly int[] _indices;

    /// <summary>A dense vector over the first <paramref name="length"/> entries of an array, which is not copied.</summary>
    public VBuffer(int length, T[] values, int[] indices = null)
    {
        Throw.IfOutOfRange(length < 0, nameof(length), "A vector has a length of at least 0.");
        Throw.IfOutOfRange((values?.Length ?? 0) < length, nameof(values), "There are fewer values than the vector is long.");
        Length = length;
        _count = length;
        _values = values;
        _indices = indices;
    }

    /// <summary>A vector with <paramref name="count"/> stored values, dense if that is all of them. The arrays are not copied.</summary>
    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        Throw.IfOutOfRange(length < 0, nameof(length), "A vector has a length of at least 0.");
        Throw.IfOutOfRange(count < 0 || count > length, nameof(count), "The number of stored values is between 0 and the length.");
        Throw.IfOutOfRange((values?.Length ?? 0) < count, nameof(values), "There are fewer values than are to be stored.");
        Throw.IfOutOfRange(
            count != length && (indices?.Length ?? 0) < count, nameof(indices), "There are fewer indices than stored values.");
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    /// <summary>Whether every value is stored.</summary>
    public bool IsDense => _count == Length;

    internal T[] ValueArray => _values;

    internal int[] IndexArray => _indices;

    /// <summary>The stored values.</summary>
    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    /// <summary>The indices of the stored values; empty if the vector is dense.</summary>
    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    /// <summary>Copies all values into a dense vector, reusing its array if it is large enough.</summary>
    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    /// <summary>Copies the vector as it is, reusing the arrays of the destination if they are large enough.</summary>
    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    /// <summary>Copies a part of the vector, dense or sparse as the whole is.</summary>
    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Throw.IfOutOfRange(sourceIndex < 0 || sourceIndex > Length, nameof(sourceIndex), "The part begins outside the vector.");
        Throw.IfOutOfRange(length < 0 || sourceIndex > Length - length, nameof(length), "The part ends outside the vector.");
        if (IsDense)
        {
            var dense = VBufferEditor.Create(ref destination, length);
            GetValues().Slice(sourceIndex, length).CopyTo(dense.Values);
            destination = dense.Commit();
            return;
        }

        var indices = GetIndices();
        int first = FirstAtOrAfter(indices, sourceIndex);
        int count = FirstAtOrAfter(indices, sourceIndex + length) - first;
        var editor = VBufferEditor.Create(ref destination, length, count);
        GetValues().Slice(first, count).CopyTo(editor.Values);
        if (count < length)
        {
            for (int i = 0; i < count; i++)
            {
                editor.Indices[i] = indices[first + i] - sourceIndex;
            }
        }

        destination = editor.Commit();
    }

    /// <summary>Copies all values.</summary>
    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    /// <summary>Copies all values, with <paramref name="defaultValue"/> for those that are not stored.</summary>
    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        bool isInside = destinationIndex >= 0 && destinationIndex <= destination.Length - Length;
        Throw.IfOutOfRange(!isInside, nameof(destination), "The values do not fit into the destination.");
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }

        target.Fill(defaultValue);
        for (int i = 0; i < _count; i++)
        {
            target[_indices[i]] = _values[i];
        }
    }

    /// <summary>Copies a part of an array into a dense vector.</summary>
    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        Throw.IfOutOfRange(length < 0 || length > (source?.Length ?? 0), nameof(length), "The array is shorter.");
        Throw.IfOutOfRange(sourceIndex < 0 || sourceIndex > (source?.Length ?? 0) - length, nameof(sourceIndex), "It ends too late.");
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    /// <summary>The stored values with their indices, or all of them.</summary>
    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        int stored = 0;
        for (int i = 0; i < (all || IsDense ? Length : _count); i++)
        {
            if (IsDense)
            {
                yield return new(i, _values[i]);
            }
            else if (!all)
            {
                yield return new(_indices[i], _values[i]);
            }
            else
            {
                bool isStored = stored < _count && _indices[stored] == i;
                yield return new(i, isStored ? _values[stored++] : default);
            }
        }
    }

    /// <summary>All values.</summary>
    public IEnumerable<T> DenseValues() => Items(all: true).Select(item => item.Value);

    /// <summary>The value at an index.</summary>
    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    /// <summary>The value at an index.</summary>
    public T GetItemOrDefault(int index)
    {
        Throw.IfOutOfRange(index < 0 || index >= Length, nameof(index), "The index lies outside the vector.");
        if (IsDense)
        {
            return _values[index];
        }

        int stored = GetIndices().BinarySearch(index);
        return stored < 0 ? default : _values[stored];
    }

    /// <summary>What kind of vector it is, and its length.</summary>
    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    /// <summary>As in ML.NET, the array behind the vector: only stored values, and what lies beyond them.</summary>
    public IEnumerator GetEnumerator() => _values.GetEnumerator();

    private static int FirstAtOrAfter(ReadOnlySpan<int> indices, int index)
    {
        int found = indices.BinarySearch(index);
        return found < 0 ? ~found : found;
    }
}
