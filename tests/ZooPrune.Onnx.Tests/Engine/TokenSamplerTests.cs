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
        var sampler = new TokenSampler(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP, Seed = 3 }, "what?");
        int[] counts = new int[3];
        for (int step = 0; step < 20_000; step++)
        {
            counts[sampler.Choose([0f, 1f, 2f])]++;
        }

        // Three standard deviations of 20,000 draws are 0.011.
        Assert.All(counts.Zip(expected), pair => Assert.Equal(pair.Second, pair.First / 20_000.0, 0.011));
    }

    [Fact]
    public void Choose_SameSeedAndQuestion_DrawsTheSame()
    {
        int[] Draw(int seed, string question) =>
            [.. Draws(new TokenSampler(new GenerationOptions { Temperature = 1, Seed = seed }, question), 50)];

        Assert.Equal(Draw(1, "what?"), Draw(1, "what?"));
        Assert.NotEqual(Draw(1, "what?"), Draw(2, "what?"));
        Assert.NotEqual(Draw(1, "what?"), Draw(1, "where?"));
    }

    [Theory]
    [InlineData(-1f, 0, 1f, "Temperature", "GenerationOptions.Temperature: it is -1. It must be 0 (greedy) or a number above; leave it out for the default. (Parameter 'Temperature')")]
    [InlineData(float.NaN, 0, 1f, "Temperature", "GenerationOptions.Temperature: it is NaN. It must be 0 (greedy) or a number above; leave it out for the default. (Parameter 'Temperature')")]
    [InlineData(1f, -2, 1f, "TopK", "GenerationOptions.TopK: it is -2. It must be 0 (all tokens) or the number of tokens; leave it out for the default. (Parameter 'TopK')")]
    [InlineData(1f, 0, 0f, "TopP", "GenerationOptions.TopP: it is 0. It must be above 0 and at most 1; leave it out for the default. (Parameter 'TopP')")]
    [InlineData(1f, 0, 1.5f, "TopP", "GenerationOptions.TopP: it is 1.5. It must be above 0 and at most 1; leave it out for the default. (Parameter 'TopP')")]
    public void Validate_OutOfRange_Throws(float temperature, int topK, float topP, string option, string message)
    {
        var options = new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP };

        Assert.Equal(message, Assert.Throws<ArgumentOutOfRangeException>(option, options.Validate).Message);
    }

    [Fact]
    public void Choose_RepetitionPenalty_DividesPositiveAndMultipliesNegativeLogitsOfSeenTokens()
    {
        var sampler = new TokenSampler(new GenerationOptions { RepetitionPenalty = 2 }, "", promptIds: [0, 9]);

        // 4 / 2 < 3; then 3 / 2 < 2; then -1 against -0.5 x 2 for the first of them.
        Assert.Equal(1, sampler.Choose([4, 3, 2]));
        Assert.Equal(2, sampler.Choose([2, 3, 2]));
        Assert.Equal(3, sampler.Choose([-0.6f, -0.6f, -0.6f, -1]));
    }

    [Theory]
    [InlineData(1f, 0, 1f, 1f, new[] { 0.0320586, 0.0871443, 0.2368828, 0.6439143 })]
    [InlineData(0.5f, 0, 1f, 1f, new[] { 0.0021440, 0.0158422, 0.1170589, 0.8649549 })]
    [InlineData(1f, 2, 1f, 1f, new[] { 0, 0, 0.2689414, 0.7310586 })]
    [InlineData(1f, 0, 0.7f, 1f, new[] { 0, 0, 0.2689414, 0.7310586 })]
    [InlineData(1f, 3, 0.9f, 1f, new[] { 0, 0, 0.2689414, 0.7310586 })]
    [InlineData(1f, 0, 1f, 2f, new[] { 0.0915897, 0.2489667, 0.2489667, 0.4104768 })]
    public void Probabilities_Options_AreThoseOfTheFormulas(float temperature, int topK, float topP, float penalty, double[] expected)
    {
        // Logits 0, 1, 2, 3 as transformers' processors take them: penalty on the tokens 2 and 3 (2 / 2 = 1, 3 / 2 = 1.5), then
        // softmax(logit / temperature) over what top-k and then top-p leave.
        var options = new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP, RepetitionPenalty = penalty };
        double[] got = new TokenSampler(options, "", promptIds: [2, 3]).Probabilities([0, 1, 2, 3]);

        Assert.All(got.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void Probabilities_TiesAtTheKthLargest_AllTakePart() => Assert.Equal(
        [0, 1 / 3.0, 1 / 3.0, 1 / 3.0],
        new TokenSampler(new GenerationOptions { Temperature = 1, TopK = 2 }, "").Probabilities([0, 1, 1, 1]).Select(p => Math.Round(p, 12)),
        (expected, got) => Math.Abs(expected - got) < 1e-9);

    private static IEnumerable<int> Draws(TokenSampler sampler, int count) =>
        Enumerable.Range(0, count).Select(_ => sampler.Choose(new float[8])).ToArray();
}
