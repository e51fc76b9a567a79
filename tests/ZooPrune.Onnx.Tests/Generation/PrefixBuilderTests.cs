namespace ZooPrune.Onnx.Tests;

public sealed class PrefixBuilderTests
{
    private static readonly float[] Before = [1, 2, 3, 4];
    private static readonly float[] Kept = [5, 6, 7, 8, 9, 10];
    private static readonly float[] After = [11, 12];

    [Theory]
    [InlineData(PositionMode.Compact, new long[] { 0, 1, 2, 3, 4, 5 }, 6)]
    [InlineData(PositionMode.KeepOriginal, new long[] { 0, 1, 3, 6, 9, 12 }, 13)]
    public void Build_KeptTokens_HaveTheirPositions(PositionMode mode, long[] positions, long next)
    {
        Prefix image = PrefixBuilder.Image(Before, Kept, [1, 4, 7], visualTokenCount: 10, mode, width: 2);
        Prefix prefix = image.Then(PrefixBuilder.Text(After, image.NextPosition, width: 2));

        Assert.Equal(positions, prefix.Positions);
        Assert.Equal(next, prefix.NextPosition);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], prefix.Embeddings);
    }

    [Theory]
    [InlineData(PositionMode.Compact)]
    [InlineData(PositionMode.KeepOriginal)]
    public void Build_AllTokens_PositionsAreTheSameInBothModes(PositionMode mode)
    {
        Prefix prefix = PrefixBuilder.Image(Before, Kept, [0, 1, 2], visualTokenCount: 3, mode, width: 2);

        Assert.Equal([0, 1, 2, 3, 4], prefix.Positions);
        Assert.Equal(5, prefix.NextPosition);
    }
}
