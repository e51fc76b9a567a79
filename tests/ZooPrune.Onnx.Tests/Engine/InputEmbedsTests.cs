using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Tests;

public sealed class InputEmbedsTests
{
    private static readonly float[] Before = [1, 2, 3, 4];
    private static readonly float[] Kept = [5, 6, 7, 8, 9, 10];
    private static readonly float[] After = [11, 12];

    [Theory]
    [InlineData(PositionMode.Compact, new long[] { 0, 1, 2, 3, 4, 5 }, 6)]
    [InlineData(PositionMode.KeepOriginal, new long[] { 0, 1, 3, 6, 9, 12 }, 13)]
    public void Build_KeptTokens_HaveTheirPositions(PositionMode mode, long[] positions, long next)
    {
        var builder = new InputEmbeds(width: 2, axes: 1, mode, newlineEmbedding: []);

        DecoderInput prefix = Build(builder, new PrunedImage(Kept, [1, 4, 7], ImageLayout.Plain(10)));

        Assert.Equal(positions, prefix.Positions);
        Assert.Equal(next, prefix.NextPosition);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], prefix.Embeddings);
    }

    [Theory]
    [InlineData(PositionMode.Compact)]
    [InlineData(PositionMode.KeepOriginal)]
    public void Build_AllTokens_PositionsAreTheSameInBothModes(PositionMode mode)
    {
        var builder = new InputEmbeds(width: 2, axes: 1, mode, newlineEmbedding: []);

        DecoderInput prefix = builder.Image(new PrunedImage(Kept, [0, 1, 2], ImageLayout.Plain(3)), start: 2);

        Assert.Equal([2, 3, 4], prefix.Positions);
        Assert.Equal(5, prefix.NextPosition);
    }

    [Theory]
    [InlineData(PositionMode.Compact, new long[] { 4, 5, 6, 7 }, 8)]
    [InlineData(PositionMode.KeepOriginal, new long[] { 5, 6, 7, 9 }, 10)]
    public void Image_Separators_AreKeptWhereTheyAre(PositionMode mode, long[] positions, long next)
    {
        // Two rows of two tokens, each with a separator; the order of the sequence is not that of the flat indices.
        var layout = new ImageLayout([0, 2, ImageLayout.Newline, 1, 3, ImageLayout.Newline], tokenCount: 4, tokensPerTile: 2);
        var builder = new InputEmbeds(width: 2, axes: 1, mode, newlineEmbedding: [-1, -2]);

        DecoderInput prefix = builder.Image(new PrunedImage(new float[] { 20, 21, 10, 11 }, [1, 2], layout), start: 4);

        Assert.Equal([10, 11, -1, -2, 20, 21, -1, -2], prefix.Embeddings);
        Assert.Equal(positions, prefix.Positions);
        Assert.Equal(next, prefix.NextPosition);
    }

    [Theory]
    [InlineData(PositionMode.Compact, new long[] { 3, 3, 3, 4, 4, 4 }, 5)]
    [InlineData(PositionMode.KeepOriginal, new long[] { 3, 3, 4, 3, 4, 3 }, 5)]
    public void Image_ThreeAxes_HasFrameRowAndColumn(PositionMode mode, long[] positions, long next)
    {
        ImageLayout layout = new Qwen2VLFamily(mergeSize: 2).LayOut(new ImageShape([16, 8], 1, 1, [1, 4, 4]), 0);
        var builder = new InputEmbeds(width: 2, axes: 3, mode, newlineEmbedding: []);

        DecoderInput prefix = builder.Image(new PrunedImage(new float[] { 1, 2, 3, 4 }, [1, 2], layout), start: 3);

        Assert.Equal(positions, prefix.Positions);
        Assert.Equal(next, prefix.NextPosition);
    }

    private static DecoderInput Build(InputEmbeds builder, PrunedImage image)
    {
        DecoderInput before = builder.Text(Before, 0);
        DecoderInput middle = builder.Image(image, before.NextPosition);
        return DecoderInput.Join([before, middle, builder.Text(After, middle.NextPosition)]);
    }
}
