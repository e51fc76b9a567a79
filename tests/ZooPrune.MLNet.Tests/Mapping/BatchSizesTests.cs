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

    [Theory]
    [InlineData("", 5, "")]
    [InlineData("1 1 1 1", 8, "1 1 1 1")]
    [InlineData("3 3 3 3", 8, "3 3|3 3")]
    [InlineData("3 5 1 7", 8, "3 5|1 7")]
    [InlineData("9 1 0 9 9", 8, "9|1 0|9|9")]
    [InlineData("1 1 1", 0, "1|1|1")]
    public void Split_Weights_PartsTheBatchInOrder(string weights, long most, string parts)
    {
        string[] items = weights.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        IEnumerable<string[]> split =
            BatchSizes.Split(items, item => long.Parse(item, System.Globalization.CultureInfo.InvariantCulture), most);

        Assert.Equal(parts, string.Join('|', split.Select(part => string.Join(' ', part))));
    }
}
