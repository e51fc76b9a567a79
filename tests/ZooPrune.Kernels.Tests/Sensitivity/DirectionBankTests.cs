namespace ZooPrune.Tests;

public sealed class DirectionBankTests
{
    [Fact]
    public void Gaussian_GoldenDirections_AgreeWithPython()
    {
        foreach (GoldenDirection golden in GoldenCases.All.Directions)
        {
            DirectionBank bank = DirectionBank.Gaussian(64, golden.Values.Length, golden.Seed);
            Near.Equal(golden.Values, bank[golden.Direction], 2e-7, 1e-8, $"seed {golden.Seed}, direction {golden.Direction}");
        }
    }

    [Fact]
    public void Gaussian_EveryDirection_HasLengthOne()
    {
        DirectionBank bank = DirectionBank.Gaussian(40, 1024, 3);
        for (int j = 0; j < bank.Count; j++)
        {
            Near.Equal(1, bank[j].ToArray().Sum(value => (double)value * value), 1e-6, 0, $"direction {j}");
        }
    }

    [Fact]
    public void Gaussian_ManyValues_HaveTheMomentsOfANormalDistribution()
    {
        const int Width = 4096;
        DirectionBank bank = DirectionBank.Gaussian(50, Width, 11);
        double[] values = [.. Enumerable.Range(0, 50).SelectMany(j => bank[j].ToArray()).Select(value => value * Math.Sqrt(Width))];

        // Five standard errors of 204,800 draws: 1, sqrt(2), sqrt(15), sqrt(96) over sqrt(n).
        Near.Equal(0, values.Average(), 0, 0.011);
        Near.Equal(1, values.Average(value => value * value), 0, 0.016);
        Near.Equal(0, values.Average(value => value * value * value), 0, 0.043);
        Near.Equal(3, values.Average(value => value * value * value * value), 0, 0.11);
    }

    [Fact]
    public void Gaussian_LargerBank_BeginsWithTheSmaller()
    {
        DirectionBank small = DirectionBank.Gaussian(3, 20, 5);
        DirectionBank large = DirectionBank.Gaussian(9, 20, 5);
        for (int j = 0; j < 3; j++)
        {
            Assert.Equal(small[j].ToArray(), large[j].ToArray());
        }

        Assert.NotEqual(small[0].ToArray(), DirectionBank.Gaussian(3, 20, 6)[0].ToArray());
        Assert.NotEqual(small[0].ToArray(), small[1].ToArray());
    }

    [Fact]
    public void FromRows_AnyLength_IsDividedByItsOwnLength()
    {
        DirectionBank bank = DirectionBank.FromRows([3, 4, 0, -2e30f, 1, 0], 3, 2);
        Near.Equal([0.6f, 0.8f], bank[0], 1e-7, 0);
        Near.Equal([0, -1], bank[1], 1e-7, 0);
        Near.Equal([1, 0], bank[2], 1e-7, 0);
    }

    [Fact]
    public void FromRows_ZeroOrOddRow_NamesIt()
    {
        ArgumentException zero = Assert.Throws<ArgumentException>(() => DirectionBank.FromRows([1, 0, 0, 0], 2, 2));
        Assert.Equal(
            "Directions: direction 1 is all zeros. Each is divided by its own length, which must be above 0; leave that row out. "
            + "(Parameter 'rows')",
            zero.Message);
        ArgumentException odd = Assert.Throws<ArgumentException>(() => DirectionBank.FromRows([1, 0, 1, float.NaN], 2, 2));
        Assert.Equal(
            "Directions: direction 1 has the value NaN at element 1. All values must be finite; check where the rows come from. "
            + "(Parameter 'rows')",
            odd.Message);
    }

    [Fact]
    public void FromRows_WrongSize_IsAnError()
    {
        Assert.Throws<ArgumentException>(() => DirectionBank.FromRows([1, 2, 3], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectionBank.FromRows([], 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectionBank.Gaussian(1, 0, 0));
        Assert.Throws<ArgumentException>(() => DirectionBank.Gaussian(int.MaxValue, int.MaxValue, 0));
    }

    [Fact]
    public void Indexer_OutsideTheBank_IsAnError()
    {
        DirectionBank bank = DirectionBank.Gaussian(2, 3, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => bank[2].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => bank[-1].Length);
    }
}
