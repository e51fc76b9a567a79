namespace Microsoft.ML.Data;

/// <summary>A vector that is being written; see <see cref="VBufferEditor"/>.</summary>
public readonly ref struct VBufferEditor<T>
{
    /// <summary>The values to store.</summary>
    public readonly Span<T> Values;

    /// <summary>Their indices; empty if the vector is dense.</summary>
    public readonly Span<int> Indices;

    private readonly int _logicalLength;
    private readonly T[] _valueArray;
    private readonly int[] _indexArray;

    internal VBufferEditor(
        int logicalLength, int count, T[] values, int[] indices, bool withIndices, bool createdNewValues, bool createdNewIndices)
    {
        _logicalLength = logicalLength;
        _valueArray = values;
        _indexArray = indices;
        Values = values.AsSpan(0, count);
        Indices = withIndices ? indices.AsSpan(0, count) : default;
        CreatedNewValues = createdNewValues;
        CreatedNewIndices = createdNewIndices;
    }

    /// <summary>Whether the array of values is a new one.</summary>
    public bool CreatedNewValues { get; }

    /// <summary>Whether the array of indices is a new one.</summary>
    public bool CreatedNewIndices { get; }

    /// <summary>The vector that was written.</summary>
    public VBuffer<T> Commit() => new(_logicalLength, Values.Length, _valueArray, _indexArray);

    /// <summary>The vector that was written, with only the first stored values.</summary>
    public VBuffer<T> CommitTruncated(int physicalValuesCount)
    {
        Throw.IfOutOfRange(physicalValuesCount > Values.Length, nameof(physicalValuesCount), "It is more than was asked for.");
        return new(_logicalLength, physicalValuesCount, _valueArray, _indexArray);
    }
}
