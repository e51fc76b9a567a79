namespace ZooPrune.Tests;

public sealed class DoubleSumsTests
{
    [Fact]
    public void EachSum_HandSizedRow_IsExactInDouble()
    {
        // In float 16,777,216 + 1 is 16,777,216 again.
        float[] row = [16_777_216, 1, -3];
        Assert.Equal(16_777_214, DoubleSums.Sum(row));
        Assert.Equal(16_777_220, DoubleSums.SumOfMagnitudes(row));
        Assert.Equal((16_777_216.0 * 16_777_216) + 10, DoubleSums.SumOfSquares(row));
        Assert.Equal(0, DoubleSums.Sum([]) + DoubleSums.SumOfMagnitudes([]) + DoubleSums.SumOfSquares([]));
    }
}
