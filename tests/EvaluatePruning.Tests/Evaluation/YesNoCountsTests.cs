namespace ZooPrune.Samples.Tests;

public class YesNoCountsTests
{
    [Fact]
    public void Figures_HandCounted_AreThoseOfPope()
    {
        YesNoCounts counts = new(TruePositive: 6, FalsePositive: 2, FalseNegative: 3, TrueNegative: 9);

        Assert.Equal(0.75, counts.Precision);
        Assert.Equal(6 / 9.0, counts.Recall);
        Assert.Equal(12 / 17.0, counts.F1);
        Assert.Equal(0.4, counts.YesShare);
        Assert.Equal(2 / ((1 / counts.Precision!.Value) + (1 / counts.Recall!.Value)), counts.F1!.Value, 12);
    }

    [Fact]
    public void Figures_NeverYes_HaveNoPrecision()
    {
        YesNoCounts counts = new(0, 0, 3, 5);

        Assert.Equal((null, 0.0, 0.0, 0.0), (counts.Precision, counts.Recall, counts.F1, counts.YesShare));
    }

    [Fact]
    public void Figures_NoQuestions_AreNull()
    {
        YesNoCounts counts = default;

        Assert.Equal(((double?)null, (double?)null, (double?)null, (double?)null), (counts.Precision, counts.Recall, counts.F1, counts.YesShare));
    }

    [Theory]
    [InlineData(true, true, 1, 0, 0, 0)]
    [InlineData(false, true, 0, 1, 0, 0)]
    [InlineData(true, false, 0, 0, 1, 0)]
    [InlineData(false, false, 0, 0, 0, 1)]
    public void With_OneAnswer_CountsItWhereItBelongs(bool expectsYes, bool saidYes, double tp, double fp, double fn, double tn) =>
        Assert.Equal(new YesNoCounts(tp, fp, fn, tn), default(YesNoCounts).With(expectsYes, saidYes, 1));
}
