namespace ZooPrune.Kernels.Tests;

public sealed class LanguageModelCostTests
{
    [Fact]
    public void Fit_TwoLengths_IsTheLineThroughThem()
    {
        var cost = LanguageModelCost.Fit([100, 300], [30.0, 70.0]);

        Assert.Equal(0.2, cost.MillisecondsPerToken, 12);
        Assert.Equal(0, cost.MillisecondsPerTokenSquared);
        Assert.Equal(0, cost.DecodeMillisecondsPerCachedToken);
    }

    [Theory]
    [InlineData(new[] { 80, 300, 600 })]
    [InlineData(new[] { 600, 1, 80, 300, 300, 450 })]
    public void Fit_ExactCurve_IsFound(int[] lengths)
    {
        double[] times = [.. lengths.Select(t => 5 + (0.25 * t) + (0.0001 * t * t))];

        var cost = LanguageModelCost.Fit(lengths, times);

        Assert.Equal(0.25, cost.MillisecondsPerToken, 9);
        Assert.Equal(0.0001, cost.MillisecondsPerTokenSquared, 12);
    }

    [Fact]
    public void Fit_CurveThatBendsDown_IsALine()
    {
        var cost = LanguageModelCost.Fit([100, 200, 300], [10.0, 22.0, 30.0]);

        Assert.Equal(0.1, cost.MillisecondsPerToken, 12);
        Assert.Equal(0, cost.MillisecondsPerTokenSquared);
    }

    [Fact]
    public void Fit_CurveThatFallsFirst_HasNoNegativeSlope()
    {
        var cost = LanguageModelCost.Fit([10, 20, 30], [5.0, 4.0, 9.0]);

        Assert.Equal(0, cost.MillisecondsPerToken);
        Assert.True(cost.MillisecondsPerTokenSquared > 0);
    }

    [Theory]
    [InlineData(new[] { 10, 20 }, new[] { 4.0, 4.0 })]
    [InlineData(new[] { 10, 20 }, new[] { 5.0, 4.0 })]
    [InlineData(new[] { 10, 20, 30 }, new[] { 5.0, 4.0, 3.0 })]
    public void Fit_LongerIsNoSlower_IsZero(int[] lengths, double[] times) =>
        Assert.Equal(new LanguageModelCost { MillisecondsPerToken = 0 }, LanguageModelCost.Fit(lengths, times));

    [Theory]
    [InlineData(new[] { 10, 20 }, new[] { 1.0 }, "Measured prefill: there are 2 prompt lengths and 1 times. Every length needs its "
        + "time; pass two lists of one length. (Parameter 'milliseconds')")]
    [InlineData(new int[0], new double[0], "Measured prefill: there are 0 different prompt lengths. A slope needs two or more; measure "
        + "a shorter prompt as well. (Parameter 'promptLengths')")]
    [InlineData(new[] { 10, 10 }, new[] { 1.0, 1.0 }, "Measured prefill: there are 1 different prompt lengths. A slope needs two or "
        + "more; measure a shorter prompt as well. (Parameter 'promptLengths')")]
    [InlineData(new[] { 0, 10 }, new[] { 1.0, 1.0 }, "Measured prefill: prompt length: it is 0. It must be 1 or more; check where the "
        + "number comes from. (Parameter 'promptLengths')")]
    [InlineData(new[] { 1, 10 }, new[] { 1.0, double.NaN }, "Measured prefill: time in milliseconds: it is NaN. It must be a finite "
        + "number of 0 or more; check what was measured. (Parameter 'milliseconds')")]
    [InlineData(new[] { 1, 10 }, new[] { -1.0, 1 }, "Measured prefill: time in milliseconds: it is -1. It must be a finite number of 0 "
        + "or more; check what was measured. (Parameter 'milliseconds')")]
    public void Fit_UnfitMeasurements_AreRefused(int[] lengths, double[] times, string message) =>
        Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => LanguageModelCost.Fit(lengths, times)).Message);
}
