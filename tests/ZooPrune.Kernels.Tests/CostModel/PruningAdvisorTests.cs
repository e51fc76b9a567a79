namespace ZooPrune.Kernels.Tests;

public sealed class PruningAdvisorTests
{
    private static readonly ProjectorCost Projector =
        new() { InputWidth = 2, HiddenWidth = 4, OutputWidth = 3, MillisecondsPerToken = 0.1 };

    // Per token: 1 ms for each, and nothing for pairs.
    private static readonly PruningAdvisor OneMillisecond = new(new LanguageModelCost { MillisecondsPerToken = 1 });

    [Fact]
    public void Advise_LineAndCurveAndDecode_IsTheFormula()
    {
        var cost = new LanguageModelCost
        {
            MillisecondsPerToken = 0.5,
            MillisecondsPerTokenSquared = 0.01,
            DecodeMillisecondsPerCachedToken = 0.25,
        };

        PruningAdvice advice = new PruningAdvisor(cost, textTokenCount: 5, decodeStepCount: 2).Advise(10, KeepBudget.Tokens(4), 3);

        // 6 tokens fewer: 0.5 each; 15^2 - 9^2 = 144 pairs; two steps of 0.25 a token.
        Assert.Equal((6 * 0.5) + (144 * 0.01) + (2 * 6 * 0.25), advice.SavedMilliseconds, 12);
        Assert.Equal((10, 4, 3.0, true), (advice.TokenCount, advice.KeptTokenCount, advice.CostMilliseconds, advice.PaysOff));
    }

    [Theory]
    [InlineData(0, 9, true)]
    [InlineData(4, 6, true)]
    [InlineData(6, 4, true)]
    [InlineData(6.5, 3, false)]
    [InlineData(8, 2, false)]
    [InlineData(9, 1, false)]
    [InlineData(9.5, 0, false)]
    public void Advise_MeasuredCost_BreaksEvenWhereTheSavingIsTheCost(double cost, int breakEven, bool paysOff)
    {
        PruningAdvice advice = OneMillisecond.Advise(10, KeepBudget.Tokens(4), cost);

        Assert.Equal((6.0, breakEven, paysOff), (advice.SavedMilliseconds, advice.BreakEvenTokenCount, advice.PaysOff));
    }

    // A projector pass over one token is 4 (2 + 3) = 20 multiply-adds and takes 0.1 ms.
    [Theory]
    [InlineData(SelectionMethod.Sensitivity, SensitivityMethod.ClosedForm, 16)]
    [InlineData(SelectionMethod.Sensitivity, SensitivityMethod.Auto, 16)]
    [InlineData(SelectionMethod.Sensitivity, SensitivityMethod.Sampled, 2 * 7 * 20)]
    [InlineData(SelectionMethod.Sensitivity, SensitivityMethod.SharedProduct, 7 * 12)]
    [InlineData(SelectionMethod.ZooPrune, SensitivityMethod.ClosedForm, 16 + (3 * 3))]
    [InlineData(SelectionMethod.ZooPrune, SensitivityMethod.Sampled, (2 * 7 * 20) + (3 * 3))]
    [InlineData(SelectionMethod.DivPrune, SensitivityMethod.Sampled, 3 * 3)]
    [InlineData(SelectionMethod.Norm, SensitivityMethod.Sampled, 0)]
    [InlineData(SelectionMethod.Uniform, SensitivityMethod.ClosedForm, 0)]
    [InlineData(SelectionMethod.Random, SensitivityMethod.SharedProduct, 0)]
    public void Advise_PredictedCost_IsTheWorkAtTheProjectorsPace(SelectionMethod selection, SensitivityMethod sensitivity, double work)
    {
        var options = new PruningOptions { Keep = KeepBudget.Tokens(3), Selection = selection, Sensitivity = sensitivity, Directions = 7 };

        PruningAdvice advice = OneMillisecond.Advise(50, options, Projector);

        Assert.Equal(50 * 0.1 * work / 20, advice.CostMilliseconds, 12);
        Assert.Equal(47, advice.SavedMilliseconds);
    }

    [Fact]
    public void Advise_ManyKept_CountsHalfOfTheGramMatrix()
    {
        var options = new PruningOptions { Keep = KeepBudget.Tokens(40), Selection = SelectionMethod.DivPrune };

        Assert.Equal(50 * 0.1 * (25 * 3) / 20, OneMillisecond.Advise(50, options, Projector).CostMilliseconds, 12);
    }

    [Fact]
    public void Advise_Seeded_MoreKeptSavesLessAndTheBreakEvenIsTheLastThatPays()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int count = random.Next(2, 300);
            var cost = new LanguageModelCost
            {
                MillisecondsPerToken = random.NextDouble() * (seed % 3),
                MillisecondsPerTokenSquared = random.NextDouble() * 0.01 * (seed % 2),
                DecodeMillisecondsPerCachedToken = random.NextDouble() * 0.1,
            };
            var advisor = new PruningAdvisor(cost, random.Next(40), random.Next(3));
            ProjectorCost projector = Projector with { MillisecondsPerToken = random.NextDouble() };
            var options = new PruningOptions
            {
                Keep = KeepBudget.Tokens(1),
                Directions = random.Next(1, 9),
                Sensitivity = (SensitivityMethod)(seed % 4),
            };

            PruningAdvice[] advice = [.. Enumerable.Range(1, count).Select(
                keep => advisor.Advise(count, options with { Keep = KeepBudget.Tokens(keep) }, projector))];

            for (int k = 1; k < count; k++)
            {
                Assert.True(advice[k].SavedMilliseconds <= advice[k - 1].SavedMilliseconds, $"seed {seed}: saved at {k + 1}");
                Assert.True(advice[k].CostMilliseconds >= advice[k - 1].CostMilliseconds, $"seed {seed}: cost at {k + 1}");
            }

            int last = 1 + Array.FindLastIndex(advice, count - 2, one => one.PaysOff);
            Assert.All(
                advice, one => Assert.True(one.BreakEvenTokenCount == last, $"seed {seed}: {one.BreakEvenTokenCount} is not {last}"));
            Assert.Equal(0, advice[^1].SavedMilliseconds);
        }
    }

    [Fact]
    public void Advise_BudgetBeyondTheTokens_SavesNothing()
    {
        PruningAdvice advice = OneMillisecond.Advise(10, KeepBudget.Tokens(700), 2);

        Assert.Equal((10, 0.0, false, 8), (advice.KeptTokenCount, advice.SavedMilliseconds, advice.PaysOff, advice.BreakEvenTokenCount));
    }

    [Fact]
    public void Advise_OneToken_HasNoBreakEven() =>
        Assert.Equal(0, OneMillisecond.Advise(1, KeepBudget.Tokens(1), 0).BreakEvenTokenCount);

    [Fact]
    public void Advise_ReadingIsFree_OnlyFreePruningPays()
    {
        var advisor = new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = 0 });

        Assert.False(advisor.Advise(10, KeepBudget.Tokens(1), 1e-9).PaysOff);
        Assert.True(advisor.Advise(10, KeepBudget.Tokens(1), 0).PaysOff);
    }

    [Theory]
    [InlineData(46, 36, "Keeping 64 of 576 visual tokens costs 46 ms and saves 36 ms: it does not pay, and no budget would.")]
    [InlineData(1.5, 36.24, "Keeping 64 of 576 visual tokens costs 1.5 ms and saves 36.2 ms: it pays, as would keeping up to 554.")]
    [InlineData(38.4, 36.2, "Keeping 64 of 576 visual tokens costs 38.4 ms and saves 36.2 ms: it does not pay; keeping up to 32 would.")]
    [InlineData(0.126, 12345.6, "Keeping 64 of 576 visual tokens costs 0.13 ms and saves 12,346 ms: it pays, as would keeping up to 575.")]
    public void ToString_EachVerdict_IsOneSentence(double cost, double saved, string sentence)
    {
        var advisor = new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = saved / 512 });

        Assert.Equal(sentence, advisor.Advise(576, KeepBudget.Tokens(64), cost).ToString());
    }

    [Fact]
    public void ToString_OneTokenAndFree_PaysWithoutABreakEven() => Assert.Equal(
        "Keeping 1 of 1 visual tokens costs 0 ms and saves 0 ms: it pays.",
        OneMillisecond.Advise(1, KeepBudget.Tokens(1), 0).ToString());

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.001)]
    public void Create_UnfitCost_IsRefused(double value)
    {
        var good = new LanguageModelCost { MillisecondsPerToken = 1 };
        string text = value.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Refused(
            "LanguageModelCost.MillisecondsPerToken",
            "languageModel",
            () => _ = new PruningAdvisor(good with { MillisecondsPerToken = value }));
        Refused(
            "LanguageModelCost.MillisecondsPerTokenSquared",
            "languageModel",
            () => _ = new PruningAdvisor(good with { MillisecondsPerTokenSquared = value }));
        Refused(
            "LanguageModelCost.DecodeMillisecondsPerCachedToken",
            "languageModel",
            () => _ = new PruningAdvisor(good with { DecodeMillisecondsPerCachedToken = value }));
        Refused(
            "Pruning advice: the cost in milliseconds", "costMilliseconds", () => OneMillisecond.Advise(4, KeepBudget.Tokens(1), value));
        Refused("ProjectorCost.MillisecondsPerToken", "projector", () => OneMillisecond.Advise(
            4, new PruningOptions { Keep = KeepBudget.Tokens(1) }, Projector with { MillisecondsPerToken = value }));

        void Refused(string what, string parameter, Action action) => Assert.Equal(
            $"{what}: it is {text}. It must be a finite number of 0 or more; check what was measured. (Parameter '{parameter}')",
            Assert.Throws<ArgumentOutOfRangeException>(action).Message);
    }

    [Fact]
    public void Create_UnfitCounts_AreRefused()
    {
        var cost = new LanguageModelCost { MillisecondsPerToken = 1 };
        var options = new PruningOptions { Keep = KeepBudget.Tokens(1) };

        Assert.Equal(
            "Pruning advice: the number of text tokens: it is -1. It must be 0 or more; check where the number comes from. (Parameter "
            + "'textTokenCount')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new PruningAdvisor(cost, -1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>("decodeStepCount", () => new PruningAdvisor(cost, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("projector", () => OneMillisecond.Advise(4, options, Projector with { InputWidth = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            "projector", () => OneMillisecond.Advise(4, options, Projector with { HiddenWidth = -4 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            "projector", () => OneMillisecond.Advise(4, options, Projector with { OutputWidth = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("options", () => OneMillisecond.Advise(4, options with { Directions = 0 }, Projector));
        Assert.Throws<ArgumentOutOfRangeException>("tokenCount", () => OneMillisecond.Advise(0, KeepBudget.Tokens(1), 1));
        Assert.Throws<InvalidOperationException>(() => OneMillisecond.Advise(4, default(KeepBudget), 1));
        Assert.Throws<ArgumentNullException>("languageModel", () => new PruningAdvisor(null!));
        Assert.Throws<ArgumentNullException>("options", () => OneMillisecond.Advise(4, null!, Projector));
        Assert.Throws<ArgumentNullException>("projector", () => OneMillisecond.Advise(4, options, null!));
    }

    [Fact]
    public void Advise_LargestNumbers_StayNumbers()
    {
        var advisor = new PruningAdvisor(
            new LanguageModelCost { MillisecondsPerToken = 1, MillisecondsPerTokenSquared = double.MaxValue }, int.MaxValue);

        Assert.Equal(0, advisor.Advise(int.MaxValue, KeepBudget.Tokens(int.MaxValue), 1).SavedMilliseconds);
        Assert.True(advisor.Advise(int.MaxValue, KeepBudget.Tokens(1), 1).PaysOff);
    }
}
