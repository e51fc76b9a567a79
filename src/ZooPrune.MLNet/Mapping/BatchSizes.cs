namespace ZooPrune.MLNet;

/// <summary>How many rows a stage computes at once when its options leave that open, and where rows turn out large.</summary>
internal static class BatchSizes
{
    /// <summary>Share of the memory that the process may use which the rows of one batch may take.</summary>
    private const int MemoryShare = 16;

    /// <param name="requested">What the options say; 0 to choose here.</param>
    /// <param name="most">Beyond how many rows a batch of them gains little on few cores.</param>
    /// <param name="bytesPerRow">Memory that a row takes while its batch is computed.</param>
    /// <returns>The request; otherwise <paramref name="most"/> or one row a processor, fewer where memory is short; &gt;= 1.</returns>
    public static int Choose(int requested, int most, long bytesPerRow) =>
        Choose(requested, most, bytesPerRow, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount);

    /// <summary>Parts a batch where its rows take more memory than those that its size was chosen by.</summary>
    /// <param name="items">The batch.</param>
    /// <param name="weight">What an item takes.</param>
    /// <param name="most">What the items of a part may take together; an item that takes more is a part of its own.</param>
    /// <returns>All items in order.</returns>
    public static IEnumerable<T[]> Split<T>(IEnumerable<T> items, Func<T, long> weight, long most)
    {
        var part = new List<T>();
        long total = 0;
        foreach (T item in items)
        {
            long needed = weight(item);
            if (part.Count > 0 && total + needed > most)
            {
                yield return [.. part];
                part.Clear();
                total = 0;
            }

            part.Add(item);
            total += needed;
        }

        if (part.Count > 0)
        {
            yield return [.. part];
        }
    }

    internal static int Choose(int requested, int most, long bytesPerRow, long memory, int processors) =>
        requested > 0 ? requested : (int)Math.Clamp(memory / MemoryShare / bytesPerRow, 1, Math.Max(most, processors));
}
