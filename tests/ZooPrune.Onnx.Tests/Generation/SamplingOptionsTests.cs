namespace ZooPrune.Onnx.Tests;

public sealed class SamplingOptionsTests
{
    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 3f, 3f, 2f }, 0)]
    [InlineData(new[] { float.NegativeInfinity, -5f }, 1)]
    public void Choose_Logits_TakesTheFirstLargest(float[] logits, int id) => Assert.Equal(id, SamplingOptions.Choose(logits));

    [Fact]
    public void Choose_NaN_IsAnError()
    {
        var exception = Assert.Throws<ZooPruneException>(() => SamplingOptions.Choose([1, float.NaN, 2]));
        Assert.Equal(
            "Language model: the logit of token 1 is NaN. All logits must be numbers; check that the kept tokens are finite and the decoder's weights.",
            exception.Message);
    }
}
