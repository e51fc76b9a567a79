namespace ZooPrune.Tests;

/// <summary>SCOPE's gain, OTPrune and Cen-Prune against their formulas, worked out anew for every pick.</summary>
public sealed class CoverageSelectorTests
{
    private const int Width = 6;

    [Fact]
    public void OTPrune_SeededCases_PicksTheLargestDeterminant()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            float[] tokens = TestData.Tokens(seed, 14, Width);
            int[] order = Order(SelectionMethod.OTPrune, tokens, [], 5);
            for (int k = 1; k < order.Length; k++)
            {
                double reached = Determinant(tokens, order[..(k + 1)]);
                double most = Enumerable.Range(0, 14).Except(order[..k]).Max(token => Determinant(tokens, [.. order[..k], token]));
                Near.Equal(most, reached, 1e-7, 0, $"seed {seed}, pick {k}");
            }
        }
    }

    [Fact]
    public void Scope_SeededCases_PicksTheLargestGain()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            float[] tokens = TestData.Tokens(seed, 14, Width);
            float[] sensitivity = TestData.Uniform(seed, 14);
            double least = sensitivity.Min();
            double range = sensitivity.Max() - least + 1e-8;
            int[] order = Order(SelectionMethod.Scope, tokens, sensitivity, 5);
            for (int k = 0; k < order.Length; k++)
            {
                int[] kept = order[..k];
                Near.Equal(Enumerable.Range(0, 14).Except(kept).Max(Gain), Gain(order[k]), 1e-5, 1e-6, $"seed {seed}, pick {k}");

                double Gain(int token) => (sensitivity[token] - least) / range * Enumerable.Range(0, 14).Sum(other => Math.Max(
                    0, Cosine(tokens, token, other) - kept.Select(place => Cosine(tokens, place, other)).Append(0).Max()));
            }
        }
    }

    [Fact]
    public void CenPrune_SeededCases_PicksTheLargestDistinctivenessTimesCentredDistance()
    {
        const int Count = 14;
        for (int seed = 0; seed < 10; seed++)
        {
            // Away from the origin, as real tokens are: there raw and centred cosines differ.
            float[] tokens = [.. TestData.Tokens(seed, Count, Width).Select(value => value + 1)];
            float[] centred = [.. tokens.Select((value, i) => value - (float)Enumerable.Range(0, Count).Average(row => tokens[(row * Width) + (i % Width)]))];
            int[] order = Order(SelectionMethod.CenPrune, tokens, [], 6);
            for (int k = 0; k < order.Length; k++)
            {
                int[] kept = order[..k];
                Near.Equal(Enumerable.Range(0, Count).Except(kept).Max(Gain), Gain(order[k]), 1e-5, 1e-6, $"seed {seed}, pick {k}");

                double Gain(int token) => (1 - Enumerable.Range(0, Count).Average(other => Cosine(tokens, token, other)))
                    * kept.Select(place => 1 - Cosine(centred, place, token)).DefaultIfEmpty(1).Min();
            }
        }
    }

    [Fact]
    public void CenPrune_ZeroRowsAndEqualRows_KeepsEachOnce()
    {
        float[] tokens = new float[8 * Width];
        tokens.AsSpan(4 * Width, Width).Fill(1);
        tokens.AsSpan(5 * Width, Width).Fill(1);

        int[] order = Order(SelectionMethod.CenPrune, tokens, [], 8);

        Assert.Equal(0, order[0]);
        Assert.Equal(Enumerable.Range(0, 8), order.Order());
    }

    private static int[] Order(SelectionMethod method, float[] tokens, float[] sensitivity, int keep)
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), Selection = method };
        int[] order = new int[keep];
        SelectionMethodFactory.Create(options, TokenKernels.Default).Select(
            new ScoredTokens(tokens, sensitivity, tokens.Length / Width, 0), order);
        return order;
    }

    private static double Cosine(float[] tokens, int left, int right)
    {
        double Dot(int one, int other) => Enumerable.Range(0, Width).Sum(i => (double)tokens[(one * Width) + i] * tokens[(other * Width) + i]);
        return Dot(left, right) / Math.Sqrt(Dot(left, left) * Dot(right, right));
    }

    /// <summary>det(I + 0.01 G G^T) by elimination.</summary>
    private static double Determinant(float[] tokens, int[] kept)
    {
        double[][] matrix =
        [
            .. kept.Select((token, i) => kept.Select((other, j) => (i == j ? 1 : 0) + (0.01 * Cosine(tokens, token, other))).ToArray()),
        ];
        double determinant = 1;
        for (int pivot = 0; pivot < matrix.Length; pivot++)
        {
            determinant *= matrix[pivot][pivot];
            for (int row = pivot + 1; row < matrix.Length; row++)
            {
                double factor = matrix[row][pivot] / matrix[pivot][pivot];
                for (int column = pivot; column < matrix.Length; column++)
                {
                    matrix[row][column] -= factor * matrix[pivot][column];
                }
            }
        }

        return determinant;
    }
}
