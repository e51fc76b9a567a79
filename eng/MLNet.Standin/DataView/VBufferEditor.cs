namespace Microsoft.ML.Data;

/// <summary>Ways to write vectors in place.</summary>
public static class VBufferEditor
{
    private const int SmallestArray = 4;

    /// <summary>Edits the stored values of a vector as they are.</summary>
    public static VBufferEditor<T> CreateFromBuffer<T>(ref VBuffer<T> destination)
    {
        int count = destination.GetValues().Length;
        return new(destination.Length, count, destination.ValueArray, destination.IndexArray, !destination.IsDense, false, false);
    }

    /// <summary>Edits a vector of another length, with the arrays of <paramref name="destination"/> where they are large enough.</summary>
    public static VBufferEditor<T> Create<T>(
        ref VBuffer<T> destination,
        int newLogicalLength,
        int? valuesCount = null,
        int? maxValuesCapacity = null,
        bool keepOldOnResize = false,
        bool requireIndicesOnDense = false)
    {
        Throw.IfOutOfRange(newLogicalLength < 0, nameof(newLogicalLength), "A vector has a length of at least 0.");
        Throw.IfOutOfRange(
            valuesCount < 0 || valuesCount > newLogicalLength, nameof(valuesCount), "It is between 0 and the length.");
        int count = valuesCount ?? newLogicalLength;
        int capacity = maxValuesCapacity ?? Array.MaxLength;
        Throw.IfOutOfRange(capacity < count, "max", "The capacity is less than the number of values.");

        var values = Reserve(destination.ValueArray, count, capacity, keepOldOnResize, out bool newValues);
        var indices = destination.IndexArray;
        bool withIndices = count < newLogicalLength || requireIndicesOnDense;
        bool newIndices = false;
        if (withIndices)
        {
            indices = Reserve(indices, count, capacity, keepOldOnResize, out newIndices);
        }

        return new(newLogicalLength, count, values, indices, withIndices, newValues, newIndices);
    }

    private static TItem[] Reserve<TItem>(TItem[] existing, int count, int capacity, bool keepOld, out bool isNew)
    {
        existing ??= [];
        isNew = existing.Length < count;
        if (!isNew)
        {
            return existing;
        }

        // Room to grow: at least four items, at least twice as many as before.
        int size = (int)Math.Min(capacity, Math.Max(count, Math.Max(SmallestArray, 2L * existing.Length)));
        var larger = new TItem[size];
        if (keepOld)
        {
            existing.CopyTo(larger, 0);
        }

        return larger;
    }
}
