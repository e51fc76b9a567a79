namespace ZooPrune.Tests;

public sealed class PackedRowsTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void View_AnyShape_HoldsEveryValue(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (int rows in (int[])[0, 1, 3, 4, 5, 15, 16, 17, 47, 48, 49])
        {
            foreach (int columns in (int[])[0, 1, 3, 4, 5, 127, 128, 131, 257])
            {
                float[] values = TestData.Uniform(1, rows * (columns + 2));
                MatrixView matrix = new(values, rows, columns, columns + 2);
                PackedView packed = new PackedRows(matrix, kernels).View;
                for (int i = 0; i < rows; i++)
                {
                    for (int k = 0; k < columns; k++)
                    {
                        Assert.Equal(matrix[i][k], packed[i, k]);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Slice_RowsAndColumns_ShowsThatPart(string set)
    {
        const int Rows = 70;
        const int Columns = 45;
        ITokenKernels kernels = TokenKernels.Find(set);
        MatrixView matrix = new(TestData.Uniform(2, Rows * Columns), Rows, Columns);
        PackedView packed = new PackedRows(matrix, kernels).View;
        PackedView part = packed.Slice(32, 20, 7, 30);
        PackedView single = packed.Slice(37, 1, 7, 30).Slice(0, 1, 3, 10);
        for (int k = 0; k < 30; k++)
        {
            Assert.Equal(matrix[32 + 19][7 + k], part[19, k]);
            Assert.Equal(matrix[37][10 + (k % 10)], single[0, k % 10]);
        }
    }

    [Fact]
    public void Transpose_AnyShape_StaysInside()
    {
        for (int rows = 0; rows <= 9; rows++)
        {
            for (int columns = 0; columns <= 9; columns++)
            {
                MatrixView source = new(TestData.Uniform(3, (rows * 11) + 9), rows, columns, 11);
                Poisoned target = new(columns * (rows + 2));
                target.Span.Fill(-1);
                Interleave.Transpose(source, target.Span, rows + 2);
                target.AssertUntouchedOutside();
                for (int k = 0; k < columns; k++)
                {
                    for (int i = 0; i < rows + 2; i++)
                    {
                        Assert.Equal(i < rows ? source[i][k] : -1, target.Span[(k * (rows + 2)) + i]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Floats_GrowsAndShrinks_StartsOnACacheLineAndKeepsItsMemory()
    {
        FloatBuffer buffer = new();
        Assert.Equal(0, buffer.Floats(0).Length);
        Span<float> large = buffer.Floats(1000);
        large.Fill(3);
        Assert.True(large[..10] == buffer.Floats(10));
        Assert.True(large == buffer.Floats(1000));
        Assert.Equal(1001, buffer.Floats(1001).Length);
        unsafe
        {
            fixed (float* start = buffer.Floats(1))
            {
                Assert.Equal(0, (nint)start % 64);
            }
        }
    }

    [Fact]
    public void Floats_MoreThanAnArrayHolds_SaysSo()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new FloatBuffer().Floats(1L << 31));
        Assert.StartsWith(
            "Working memory: it would have 2,147,483,648 values. One array holds at most 2,147,483,591; use fewer or narrower rows.",
            error.Message);
    }
}
