using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class KeptTokenCheckTests
{
    [Fact]
    public void Indices_Good_ComeBackAsACopy() => Assert.Equal([0, 2], KeptTokenCheck.Indices(6, new List<int> { 0, 2 }, ImageLayout.Plain(3)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 2)]
    public void Indices_OtherNumberOfValues_IsAnError(int values, int count)
    {
        var exception = Assert.Throws<ArgumentException>(() => KeptTokenCheck.Indices(values, [.. Enumerable.Range(0, count)], ImageLayout.Plain(9)));
        Assert.Equal(
            $"Kept tokens: there are {values} values for {count} kept indices. Expected at least one index and K x H values; pass "
            + $"TokenSelection.KeptTokens with its KeptIndices. (Parameter 'keptTokens')",
            exception.Message);
    }

    [Theory]
    [InlineData(0, 0, "number 1 is 0 after 0")]
    [InlineData(2, 1, "number 1 is 1 after 2")]
    [InlineData(1, 9, "number 1 is 9 after 1")]
    [InlineData(-1, 3, "number 0 is -1 after -1")]
    public void Indices_NotAscendingOrOutside_IsAnError(int first, int second, string problem)
    {
        var exception = Assert.Throws<ArgumentException>(() => KeptTokenCheck.Indices(6, [first, second], ImageLayout.Plain(9)));
        Assert.Equal(
            $"Kept indices: {problem}, of 9 visual tokens. They must ascend from 0 to 8; pass TokenSelection.KeptIndices and the number "
            + $"of tokens before pruning. (Parameter 'keptIndices')",
            exception.Message);
    }
}
