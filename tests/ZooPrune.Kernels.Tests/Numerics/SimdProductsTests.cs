namespace ZooPrune.Tests;

/// <summary>The matrix products of every kernel set, against plain doubles.</summary>
public sealed class SimdProductsTests
{
    // Float accumulators over 4,096 terms of size 1: eps * sqrt(terms) with room; the reference set stays far below.
    private const double SumTolerance = 3e-6;

    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_EveryDepth_AddsDotProducts(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int depth in TokenKernelsTests.Lengths)
        {
            CheckProducts(kernels, rows: 4, columns: 5, depth, stride: 7, gap: depth % 3);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_EveryBlockShape_AddsDotProducts(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        for (int rows = 0; rows <= 8; rows++)
        {
            for (int columns = 0; columns <= 9; columns++)
            {
                CheckProducts(kernels, rows, columns, depth: 37, stride: columns + (rows % 2), gap: 3);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_CutIntoSingleRows_GivesTheSameBits(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        const int Rows = 10;
        const int Columns = 11;
        const int Depth = 1100;
        float[] x = TestData.Uniform(1, Rows * Depth);
        float[] y = TestData.Uniform(2, Columns * Depth);
        float[] whole = new float[Rows * Columns];
        kernels.AddProducts(new MatrixView(x, Rows, Depth), new MatrixView(y, Columns, Depth), whole, Columns);

        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                float single = 0;
                MatrixView row = new(x.AsSpan(i * Depth, Depth), 1, Depth);
                MatrixView column = new(y.AsSpan(j * Depth, Depth), 1, Depth);
                kernels.AddProducts(row, column, new Span<float>(ref single), 1);
                Assert.Equal(whole[(i * Columns) + j], single);
                single = 0;
                kernels.AddProducts(column, row, new Span<float>(ref single), 1);
                Assert.Equal(whole[(i * Columns) + j], single);
            }
        }
    }

    private static void CheckProducts(ITokenKernels kernels, int rows, int columns, int depth, int stride, int gap)
    {
        float[] x = TestData.Uniform(1, rows * (depth + gap));
        float[] y = TestData.Uniform(2, columns * (depth + gap));
        Poisoned product = new(rows * stride);
        float[] before = TestData.Uniform(3, rows * stride);
        before.CopyTo(product.Span);
        MatrixView left = new(x, rows, depth, depth + gap);
        MatrixView right = new(y, columns, depth, depth + gap);
        kernels.AddProducts(left, right, product.Span, stride);
        product.AssertUntouchedOutside();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < stride; j++)
            {
                double expected = before[(i * stride) + j];
                for (int k = 0; j < columns && k < depth; k++)
                {
                    expected += (double)x[(i * (depth + gap)) + k] * y[(j * (depth + gap)) + k];
                }

                double allowed = j < columns ? SumTolerance * (1 + Math.Sqrt(depth)) : 0;
                Near.Equal(expected, product.Span[(i * stride) + j], 0, allowed, $"{rows} x {columns} x {depth} [{i}, {j}]");
            }
        }
    }
}
