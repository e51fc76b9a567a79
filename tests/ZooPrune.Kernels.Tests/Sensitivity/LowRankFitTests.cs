namespace ZooPrune.Tests;

public sealed class LowRankFitTests
{
    private const int Width = 48;
    private const int Hidden = 200;
    private const int Output = 64;

    [Fact]
    public void ChooseRank_FreshTokens_RankAsTheChoiceSays()
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            MlpProjector projector = Projector(seed).ChooseRank(TestData.Tokens(seed, 700, Width));
            LowRankChoice choice = projector.LowRank!;
            Assert.True(choice.IsAccurate, $"{choice}");
            Assert.InRange(choice.Rank, 1, LowRankChoice.LargestRank);
            Assert.Equal(350, choice.TokenCount);

            float[] fresh = [.. TestData.Tokens(seed, 1400, Width).Skip(700 * Width)];
            (float[] exact, float[] low) = Both(projector, fresh);

            // The bar is set on 350 tokens; on others the correlation may lie a little below it.
            Assert.InRange(RankCorrelation.Spearman(low, exact), 0.998, 1);
            Assert.All(
                low.Zip(exact),
                pair => Assert.InRange(
                    pair.First / pair.Second, 1 - (2.5 * choice.LargestRelativeError), 1 + (2.5 * choice.LargestRelativeError)));
        }
    }

    [Fact]
    public void ChooseRank_Choice_IsTheSmallestThatWillDo()
    {
        float[] tokens = TestData.Tokens(1, 700, Width);
        MlpProjector projector = Projector(1).ChooseRank(tokens);
        float[] judging = [.. tokens.Chunk(Width).Where((_, i) => i % 2 == 1).SelectMany(token => token)];
        (float[] exact, float[] low) = Both(projector, judging);
        Near.Equal(projector.LowRank!.RankCorrelation, RankCorrelation.Spearman(low, exact), 1e-4, 0);
        Near.Equal(projector.LowRank!.LargestRelativeError, low.Zip(exact, (a, b) => Math.Abs((a / (double)b) - 1)).Max(), 0.01, 0);

        // The diagonal alone, rank 0, would not do here.
        float[] slopes = new float[350 * Hidden];
        projector.ProjectHidden(judging, slopes);
        projector.Kernels.GeluDerivative(slopes, slopes);
        float[] diagonal = new float[350];
        ((IQuadraticForm)new LowRankForm(projector.Form.Diagonal(), [], [], Width)).Evaluate(slopes, diagonal, projector.Kernels);
        Assert.InRange(RankCorrelation.Spearman(diagonal, exact), 0, 0.999);
    }

    [Fact]
    public void ChooseRank_DiagonalForm_NeedsNoSquare()
    {
        // Rows of W1 and columns of W2 that do not meet: Q is its diagonal.
        float[] weight1 = [.. Enumerable.Range(0, 16 * 16).Select(i => i / 16 == i % 16 ? 1f + (i % 16) : 0)];
        MlpProjector projector = new MlpProjector(weight1, new float[16], weight1, new float[16], 16, 16, 16).ChooseRank(
            TestData.Uniform(1, 64 * 16));
        Assert.Equal(0, projector.LowRank!.Rank);
        Assert.Equal(1, projector.LowRank.RankCorrelation, 6);
        Assert.InRange(projector.LowRank.LargestRelativeError, 0, 1e-6);
    }

    [Fact]
    public void ChooseRank_Threads_NeverChangeABit()
    {
        float[] tokens = TestData.Tokens(2, 300, Width);
        MlpProjector one = Projector(2).WithThreads(1).ChooseRank(tokens);
        MlpProjector eight = Projector(2).WithThreads(8).ChooseRank(tokens);
        Assert.Equal(one.LowRank, eight.LowRank);
        Assert.Equal(Both(one, tokens).Low, Both(eight, tokens).Low);
    }

    [Fact]
    public void ChooseRank_AfterTheExactForm_IsTheSame()
    {
        float[] tokens = TestData.Tokens(2, 300, Width);
        MlpProjector projector = Projector(2);
        LowRankChoice before = projector.ChooseRank(tokens).LowRank!;
        _ = projector.Form;
        Assert.Equal(before, projector.ChooseRank(tokens).LowRank);
        Assert.Null(projector.LowRank);
    }

    [Fact]
    public void ChooseRank_BadTokens_AreErrors()
    {
        MlpProjector projector = TestData.Projector(1, 4, 5, 6);
        Assert.Equal(
            "Low-rank sensitivity: there are 63 visual tokens to choose the rank by. It needs 64 or more; pass the tokens of a whole "
            + "image. (Parameter 'tokens')",
            Assert.Throws<ArgumentException>(() => projector.ChooseRank(new float[63 * 4])).Message);
        float[] odd = new float[64 * 4];
        odd[9] = float.PositiveInfinity;
        Assert.StartsWith(
            "Visual tokens: token 2 has the value Infinity at element 1.",
            Assert.Throws<ArgumentException>(() => projector.ChooseRank(odd)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => projector.ChooseRank(new float[5]));
    }

    [Fact]
    public void ProjectWithLowRankSensitivity_NoRankChosen_SaysWhatToDo() => Assert.Equal(
        "Projector MlpProjector: the low-rank sensitivity was asked for, and no rank was chosen. LowRank must not be null; call "
        + "MlpProjector.ChooseRank with visual tokens of a typical image first, or use ProjectWithSensitivity.",
        Assert.Throws<InvalidOperationException>(
            () => TestData.Projector(1, 4, 5, 6).ProjectWithLowRankSensitivity(new float[4], new float[6], new float[1])).Message);

    [Theory]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 10, 20, 30 }, 1)]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 3, 2, 1 }, -1)]
    [InlineData(new float[] { 1, 2, 3, 4 }, new float[] { 1, 2, 4, 3 }, 0.8)]
    [InlineData(new float[] { 1, 1, 2 }, new float[] { 5, 5, 9 }, 1)]
    [InlineData(new float[] { 1, 1, 1 }, new float[] { 5, 5, 5 }, 1)]
    [InlineData(new float[] { 1, 1, 1 }, new float[] { 5, 6, 7 }, 0)]
    public void Spearman_HandSizedCases_AreTheTextbooks(float[] x, float[] y, double expected) =>
        Near.Equal(expected, RankCorrelation.Spearman(x, y), 1e-12, 1e-12);

    private static MlpProjector Projector(int seed)
    {
        // Weights with a common part, as trained ones have: the off-diagonal part of Q matters.
        MlpProjector plain = TestData.Projector(seed, Width, Hidden, Output);
        float[] common = TestData.Uniform(seed + 90, Output, 0.2f);
        float[] weight2 = plain.Weight2.ToArray();
        for (int i = 0; i < weight2.Length; i++)
        {
            weight2[i] += common[i / Hidden];
        }

        float[] weight1 = plain.Weight1.ToArray();
        float[] along = TestData.Uniform(seed + 91, Width, 0.3f);
        for (int i = 0; i < weight1.Length; i++)
        {
            weight1[i] += along[i % Width];
        }

        return new MlpProjector(weight1, plain.Bias1, weight2, plain.Bias2, Width, Hidden, Output);
    }

    private static (float[] Exact, float[] Low) Both(MlpProjector projector, float[] tokens)
    {
        int count = tokens.Length / Width;
        float[] exact = new float[count];
        float[] low = new float[count];
        projector.ProjectWithSensitivity(tokens, new float[count * Output], exact);
        projector.ProjectWithLowRankSensitivity(tokens, new float[count * Output], low);
        return (exact, low);
    }
}
