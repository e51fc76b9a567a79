namespace ZooPrune.Tests;

/// <summary>The closed form is summed block by block: hidden widths of one block, of several, and in between.</summary>
public sealed class ClosedFormBlocksTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public void ProjectWithSensitivity_AnyHiddenWidth_IsTheNormOfTheJacobian(int hidden)
    {
        const int Input = 5;
        const int Output = 7;
        MlpProjector projector = TestData.Projector(1, Input, hidden, Output);
        float[] tokens = TestData.Tokens(1, 6, Input);
        float[] sensitivity = new float[6];
        projector.ProjectWithSensitivity(tokens, new float[6 * Output], sensitivity);
        for (int i = 0; i < 6; i++)
        {
            double expected = JacobianNorm(projector, tokens.AsSpan(i * Input, Input)) / Math.Sqrt(Input);
            Near.Equal(expected, sensitivity[i], 1e-5, 0, $"token {i}");
        }
    }

    /// <summary>||W2 diag(g'(a)) W1||, in double.</summary>
    private static double JacobianNorm(MlpProjector projector, ReadOnlySpan<float> token)
    {
        double[] jacobian = new double[projector.OutputWidth * projector.InputWidth];
        for (int h = 0; h < projector.HiddenWidth; h++)
        {
            ReadOnlySpan<float> row = projector.Weight1.Slice(h * projector.InputWidth, projector.InputWidth);
            double a = projector.Bias1[h];
            for (int k = 0; k < row.Length; k++)
            {
                a += (double)row[k] * token[k];
            }

            double slope = NormalDistribution.Cumulative(a) + (a * NormalDistribution.Density(a));
            for (int j = 0; j < jacobian.Length; j++)
            {
                jacobian[j] += projector.Weight2[(j / row.Length * projector.HiddenWidth) + h] * slope * row[j % row.Length];
            }
        }

        return Math.Sqrt(jacobian.Sum(value => value * value));
    }
}
