namespace ZooPrune.MLNet;

/// <summary>How many rows a stage computes at once when its options leave that open.</summary>
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

    internal static int Choose(int requested, int most, long bytesPerRow, long memory, int processors) =>
        requested > 0 ? requested : (int)Math.Clamp(memory / MemoryShare / bytesPerRow, 1, Math.Max(most, processors));
}
