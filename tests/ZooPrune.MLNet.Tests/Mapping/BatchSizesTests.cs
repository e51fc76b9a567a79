namespace ZooPrune.MLNet.Tests;

public class BatchSizesTests
{
    [Theory]
    [InlineData(5, 1L << 30, 2, 5)]
    [InlineData(0, 1L << 34, 2, 8)]
    [InlineData(0, 1L << 34, 64, 64)]
    [InlineData(0, 64L << 20, 2, 4)]
    [InlineData(0, 1L << 20, 2, 1)]
    public void Choose_RequestMemoryAndProcessors_Decide(int requested, long memory, int processors, int expected) =>
        Assert.Equal(expected, BatchSizes.Choose(requested, most: 8, bytesPerRow: 1 << 20, memory, processors));
}
