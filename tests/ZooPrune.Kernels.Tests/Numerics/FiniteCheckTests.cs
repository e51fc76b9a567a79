namespace ZooPrune.Tests;

public sealed class FiniteCheckTests
{
    [Fact]
    public void FirstNotFinite_OneOddValueAnywhere_FindsIt()
    {
        foreach (float odd in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            for (int length = 1; length <= 70; length++)
            {
                for (int place = 0; place < length; place++)
                {
                    float[] values = TestData.Uniform(1, length);
                    values[place] = odd;
                    values[^1] = place == length - 1 ? odd : float.NaN;
                    Assert.Equal(place, FiniteCheck.FirstNotFinite(values));
                }
            }
        }
    }

    [Fact]
    public void FirstNotFinite_LargestDenormalAndNone_IsMinusOne()
    {
        Assert.Equal(
            -1, FiniteCheck.FirstNotFinite([float.MaxValue, float.MinValue, float.Epsilon, -0f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
        Assert.Equal(-1, FiniteCheck.FirstNotFinite([]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void FirstNotFinite_ManyBlocks_FindsTheFirstOnAnyNumberOfThreads(int threads)
    {
        float[] values = new float[700_001];
        Assert.Equal(-1, FiniteCheck.FirstNotFinite(values, threads));
        foreach (int place in (int[])[700_000, 524_288, 524_287, 262_144, 0])
        {
            values[place] = float.NaN;
            Assert.Equal(place, FiniteCheck.FirstNotFinite(values, threads));
        }
    }
}
