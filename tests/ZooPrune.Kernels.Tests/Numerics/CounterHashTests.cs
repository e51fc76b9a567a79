namespace ZooPrune.Tests;

public sealed class CounterHashTests
{
    [Fact]
    public void Bits_SeedStreamAndIndex_EachChangeThem()
    {
        HashSet<ulong> seen = [];
        for (int seed = -2; seed <= 2; seed++)
        {
            for (int stream = -2; stream <= 50; stream++)
            {
                for (int index = 0; index < 50; index++)
                {
                    Assert.True(seen.Add(CounterHash.Bits(CounterHash.Stream(seed, stream), index)), $"({seed}, {stream}, {index})");
                }
            }
        }
    }

    [Fact]
    public void Bits_ManyDraws_SetEveryBitHalfOfTheTime()
    {
        const int Draws = 20_000;
        int[] set = new int[64];
        for (int index = 0; index < Draws; index++)
        {
            ulong bits = CounterHash.Bits(CounterHash.Stream(1, 2), index);
            for (int bit = 0; bit < 64; bit++)
            {
                set[bit] += (int)((bits >> bit) & 1);
            }
        }

        // Five standard deviations of a fair coin.
        Assert.All(set, count => Assert.InRange(count, (Draws / 2) - 354, (Draws / 2) + 354));
    }
}
