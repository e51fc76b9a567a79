using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class TokenSamplerTests
{
    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 3f, 3f, 2f }, 0)]
    [InlineData(new[] { float.NegativeInfinity, -5f }, 1)]
    public void Largest_Logits_TakesTheFirstLargest(float[] logits, int id) => Assert.Equal(id, TokenSampler.Largest(logits));

    [Fact]
    public void Largest_NaN_IsAnError()
    {
        var exception = Assert.Throws<ZooPruneException>(() => TokenSampler.Largest([1, float.NaN, 2]));
        Assert.Equal(
            "Language model: the logit of token 1 is NaN. All logits must be numbers; check that the kept tokens are finite and the "
            + "decoder's weights.",
            exception.Message);
    }

    [Theory]
    [InlineData(1f, 0, 1f, new[] { 0.0900, 0.2447, 0.6652 })]
    [InlineData(2f, 0, 1f, new[] { 0.1863, 0.3072, 0.5065 })]
    [InlineData(1f, 2, 1f, new[] { 0, 0.2689, 0.7311 })]
    [InlineData(1f, 0, 0.6f, new[] { 0, 0, 1.0 })]
    [InlineData(1f, 0, 0.7f, new[] { 0, 0.2689, 0.7311 })]
    public void Choose_WithTemperature_DrawsWithTheProbabilitiesOfSoftmax(float temperature, int topK, float topP, double[] expected)
    {
        var sampler = new TokenSampler(new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, Seed = 3 }, "what?");
        int[] counts = new int[3];
        for (int step = 0; step < 20_000; step++)
        {
            counts[sampler.Choose([0f, 1f, 2f], step)]++;
        }

        // Three standard deviations of 20,000 draws are 0.011.
        Assert.All(counts.Zip(expected), pair => Assert.Equal(pair.Second, pair.First / 20_000.0, 0.011));
    }

    [Fact]
    public void Choose_SameSeedAndQuestion_DrawsTheSame()
    {
        int[] Draw(int seed, string question) =>
            [.. Enumerable.Range(0, 50).Select(step => new TokenSampler(new SamplingOptions { Temperature = 1, Seed = seed }, question).Choose(new float[8], step))];

        Assert.Equal(Draw(1, "what?"), Draw(1, "what?"));
        Assert.NotEqual(Draw(1, "what?"), Draw(2, "what?"));
        Assert.NotEqual(Draw(1, "what?"), Draw(1, "where?"));
    }

    [Theory]
    [InlineData(-1f, 0, 1f, "Temperature", "SamplingOptions.Temperature: it is -1. It must be 0 (greedy) or a number above; leave it out for the default. (Parameter 'Temperature')")]
    [InlineData(float.NaN, 0, 1f, "Temperature", "SamplingOptions.Temperature: it is NaN. It must be 0 (greedy) or a number above; leave it out for the default. (Parameter 'Temperature')")]
    [InlineData(1f, -2, 1f, "TopK", "SamplingOptions.TopK: it is -2. It must be 0 (all tokens) or the number of tokens; leave it out for the default. (Parameter 'TopK')")]
    [InlineData(1f, 0, 0f, "TopP", "SamplingOptions.TopP: it is 0. It must be above 0 and at most 1; leave it out for the default. (Parameter 'TopP')")]
    [InlineData(1f, 0, 1.5f, "TopP", "SamplingOptions.TopP: it is 1.5. It must be above 0 and at most 1; leave it out for the default. (Parameter 'TopP')")]
    public void Validate_OutOfRange_Throws(float temperature, int topK, float topP, string option, string message)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP };

        Assert.Equal(message, Assert.Throws<ArgumentOutOfRangeException>(option, options.Validate).Message);
    }
}
