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
    public void AddProducts_AcrossTheSizesOfCacheBlocks_AddsDotProducts(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        CheckProducts(kernels, rows: 99, columns: 5, depth: 258, stride: 6, gap: 1);
        CheckProducts(kernels, rows: 3, columns: 99, depth: 258, stride: 100, gap: 1);
        CheckProducts(kernels, rows: 2, columns: 970, depth: 3, stride: 970, gap: 0);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_CutIntoSingleRows_GivesTheSameBits(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        const int Rows = 21;
        const int Columns = 52;
        const int Depth = 300;
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

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_PackedOrNot_GivesTheSameBits(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        const int Depth = 300;
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (1, 200), (7, 33), (98, 50), (48, 48), (2, 970)])
        {
            float[] x = TestData.Uniform(1, rows * Depth);
            float[] y = TestData.Uniform(2, columns * Depth);
            MatrixView left = new(x, rows, Depth);
            MatrixView right = new(y, columns, Depth);
            PackedView packed = new PackedRows(right, kernels).View;
            Poisoned plain = new(rows * columns);
            Poisoned half = new(rows * columns);
            Poisoned both = new(rows * columns);
            plain.Span.Fill(1);
            half.Span.Fill(1);
            both.Span.Fill(1);
            kernels.AddProducts(left, right, plain.Span, columns);
            kernels.AddProducts(left, packed, half.Span, columns);
            kernels.AddProducts(new PackedRows(left, kernels).View, packed, both.Span, columns);
            half.AssertUntouchedOutside();
            both.AssertUntouchedOutside();
            Assert.Equal(plain.Span, half.Span);
            Assert.Equal(plain.Span, both.Span);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void AddProducts_NotFinite_TouchesOnlyItsOwnProducts(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        const int Rows = 9;
        const int Columns = 19;
        const int Depth = 140;
        float[] x = [.. TestData.Uniform(1, Rows * Depth).Select(Math.Abs)];
        float[] y = [.. TestData.Uniform(2, Columns * Depth).Select(Math.Abs)];
        float[] finite = new float[Rows * Columns];
        kernels.AddProducts(new MatrixView(x, Rows, Depth), new MatrixView(y, Columns, Depth), finite, Columns);
        x[(2 * Depth) + 135] = float.NaN;
        y[(18 * Depth) + 3] = float.PositiveInfinity;
        x[(4 * Depth) + 3] = float.Epsilon;
        float[] odd = new float[Rows * Columns];
        kernels.AddProducts(new MatrixView(x, Rows, Depth), new MatrixView(y, Columns, Depth), odd, Columns);
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                float expected = i == 2 ? float.NaN : j == 18 ? float.PositiveInfinity : finite[(i * Columns) + j];
                float got = odd[(i * Columns) + j];
                Assert.True(
                    expected.Equals(got) || (i == 4 && Math.Abs(expected - got) < 2),
                    $"[{i}, {j}]: expected {expected}, got {got}");
            }
        }
    }

    [Fact]
    public void AddProducts_EveryRegisterWidth_GivesTheSameBits()
    {
        const int Rows = 13;
        const int Columns = 50;
        const int Depth = 300;
        MatrixView x = new(TestData.Uniform(1, Rows * Depth), Rows, Depth);
        MatrixView y = new(TestData.Uniform(2, Columns * Depth), Columns, Depth);
        float[]? first = null;
        foreach (ITokenKernels kernels in TokenKernels.Available.Where(set => set != TokenKernels.Reference))
        {
            float[] product = new float[Rows * Columns];
            kernels.AddProducts(x, y, product, Columns);
            Assert.Equal(first ??= product, product);
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
