namespace ZooPrune.Tests;

public sealed class GramMatrixTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Fill_AnySize_IsTheWholeProductToTheBit(string set)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        (int, int)[] sizes = [(1, 1), (2, 5), (15, 130), (17, 3), (95, 9), (96, 2), (97, 7), (193, 33), (331, 101)];
        foreach ((int count, int width) in sizes)
        {
            MatrixView rows = new(TestData.Uniform(1, count * width), count, width);
            PackedView packed = new PackedRows(rows, kernels).View;
            float[] expected = new float[count * count];
            kernels.AddProducts(packed, packed, expected, count);
            foreach (int threads in (int[])[1, 3, 8])
            {
                Poisoned gram = new(count * count);
                gram.Span.Fill(float.NaN);
                GramMatrix.Fill(packed, gram.Span, threads, kernels);
                gram.AssertUntouchedOutside();
                Assert.True(expected.AsSpan().SequenceEqual(gram.Span), $"{count} x {width}, {threads} threads");
            }
        }
    }
}
