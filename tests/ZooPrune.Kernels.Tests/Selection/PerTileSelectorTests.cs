namespace ZooPrune.Tests;

public sealed class PerTileSelectorTests
{
    [Theory]
    [InlineData(new[] { 576 }, new double[] { 1 }, 64, new[] { 64 })]
    [InlineData(new[] { 576, 576, 576, 576, 576 }, new double[] { 1, 1, 1, 1, 1 }, 640, new[] { 128, 128, 128, 128, 128 })]
    [InlineData(new[] { 10, 10, 10 }, new double[] { 1, 3, 2 }, 11, new[] { 3, 4, 4 })]
    [InlineData(new[] { 10, 10, 10 }, new double[] { 2, 2, 2 }, 10, new[] { 4, 3, 3 })]
    [InlineData(new[] { 10, 10, 10 }, new double[] { 1, 3, 2 }, 2, new[] { 0, 1, 1 })]
    [InlineData(new[] { 4, 30, 36 }, new double[] { 9, 1, 2 }, 31, new[] { 4, 13, 14 })]
    [InlineData(new[] { 2, 2, 10, 10 }, new double[] { 9, 9, 1, 2 }, 11, new[] { 2, 2, 3, 4 })]
    [InlineData(new[] { 1, 5, 20 }, new double[] { 0, 0, 0 }, 20, new[] { 1, 5, 14 })]
    [InlineData(new[] { 11, 1, 21 }, new double[] { 1, 1, 1 }, 33, new[] { 11, 1, 21 })]
    [InlineData(new[] { 2, 10 }, new double[] { 1, 1 }, 5, new[] { 2, 3 })]
    [InlineData(new[] { 0, 10, 10 }, new double[] { 9, 1, 2 }, 7, new[] { 0, 3, 4 })]
    [InlineData(new[] { 0, 0 }, new double[] { 0, 0 }, 0, new[] { 0, 0 })]
    [InlineData(new[] { 10, 3 }, new double[] { 1, 2 }, 0, new[] { 0, 0 })]
    public void Share_HandSizedCases_AreAsDescribed(int[] lengths, double[] masses, int budget, int[] expected) =>
        Assert.Equal(expected, Share(lengths, masses, budget));

    [Fact]
    public void Share_RandomCases_AddUpAndStayInside()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            float[] numbers = TestData.Uniform(seed, 20);
            int tiles = 1 + (int)((numbers[0] + 1) * 4);
            int[] lengths = [.. Enumerable.Range(1, tiles).Select(i => 1 + (int)((numbers[i] + 1) * 15))];
            double[] masses = [.. Enumerable.Range(10, tiles).Select(i => Math.Round(Math.Abs(numbers[i]), 1))];
            int budget = 1 + (int)((numbers[19] + 1) / 2 * (lengths.Sum() - 1));
            int[] shares = Share(lengths, masses, budget);

            Assert.True(shares.Sum() == budget, $"seed {seed}: {shares.Sum()} given out of {budget}");
            Assert.All(Enumerable.Range(0, tiles), tile => Assert.InRange(shares[tile], 0, lengths[tile]));

            // Nobody who had room has two fewer than anybody else.
            int most = shares.Max();
            Assert.All(
                Enumerable.Range(0, tiles), tile => Assert.True(shares[tile] == lengths[tile] || shares[tile] >= most - 1, $"seed {seed}"));

            // Of the tiles with room, none has more than one that is heavier, or as heavy and earlier.
            int[] open = [.. Enumerable.Range(0, tiles).Where(tile => shares[tile] < lengths[tile])];
            Assert.All(open, a => Assert.All(open, b => Assert.True(
                !(masses[a] > masses[b] || (masses[a] == masses[b] && a < b)) || shares[a] >= shares[b], $"seed {seed}: {a}, {b}")));
        }
    }

    private static int[] Share(int[] lengths, double[] masses, int budget)
    {
        int[] shares = new int[lengths.Length];
        PerTileSelector.Share(lengths, [.. masses], budget, shares, new int[lengths.Length]);
        return shares;
    }
}
