namespace ZooPrune.Tests;

public sealed class PowerIterationTests
{
    [Fact]
    public void Leading_KnownMatrix_IsItsEigenvector()
    {
        // 5 e1 e1^T - 2 e2 e2^T with e1 = (3, 4) / 5 and e2 = (4, -3) / 5.
        double[,] matrix = { { (5 * 0.36) - (2 * 0.64), (5 * 0.48) + (2 * 0.48) }, { (5 * 0.48) + (2 * 0.48), (5 * 0.64) - (2 * 0.36) } };
        double[] leading = PowerIteration.Leading(matrix);
        Near.Equal(1, Math.Abs(PowerIteration.Dot(leading, [0.6, 0.8])), 1e-12, 0);
        Near.Equal(5, PowerIteration.Dot(leading, PowerIteration.Multiply(matrix, leading)), 1e-12, 0);
    }

    [Fact]
    public void Leading_LargestIsNegative_IsFoundToo()
    {
        double[] leading = PowerIteration.Leading(new double[,] { { 1, 0, 0 }, { 0, -7, 0 }, { 0, 0, 3 } });
        Near.Equal(1, Math.Abs(leading[1]), 1e-12, 0);
    }

    [Fact]
    public void Leading_EigenvaluesOfOppositeSign_AreToldApart()
    {
        double[] leading = PowerIteration.Leading(new double[,] { { 0, 2 }, { 2, 0 } });
        Near.Equal(Math.Sqrt(0.5), Math.Abs(leading[0]), 1e-12, 0);
        Near.Equal(Math.Sqrt(0.5), Math.Abs(leading[1]), 1e-12, 0);
    }

    [Fact]
    public void Leading_Nothing_IsSomeUnitVector() =>
        Assert.All(PowerIteration.Leading(new double[2, 2]), value => Assert.True(double.IsFinite(value)));
}
