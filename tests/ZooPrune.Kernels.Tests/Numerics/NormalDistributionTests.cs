namespace ZooPrune.Tests;

public sealed class NormalDistributionTests
{
    [Fact]
    public void Cumulative_GoldenValues_AgreeWithPythonsErfc()
    {
        foreach (NormalValue golden in GoldenCases.All.Normal)
        {
            // Near -4 half an area is subtracted from half an area.
            Near.Equal(golden.Area, NormalDistribution.Cumulative(golden.X), 1e-12, 1e-16, $"Phi({golden.X})");
            double slope = NormalDistribution.Cumulative(golden.X) + (golden.X * NormalDistribution.Density(golden.X));
            Near.Equal(golden.Slope, slope, 1e-12, 1e-16, $"g'({golden.X})");
        }
    }

    [Fact]
    public void Cumulative_WhereTheExpansionsMeet_HasNoStep()
    {
        double step = NormalDistribution.Cumulative(-3.9999999) - NormalDistribution.Cumulative(-4.0000001);
        Near.Equal(2e-7 * NormalDistribution.Density(4), step, 1e-6, 0);
    }

    [Fact]
    public void Cumulative_OddValues_AreLimits()
    {
        Assert.Equal(0.5, NormalDistribution.Cumulative(0));
        Assert.Equal(1, NormalDistribution.Cumulative(double.PositiveInfinity));
        Assert.Equal(0, NormalDistribution.Cumulative(double.NegativeInfinity));
        Assert.True(double.IsNaN(NormalDistribution.Cumulative(double.NaN)));
    }
}
