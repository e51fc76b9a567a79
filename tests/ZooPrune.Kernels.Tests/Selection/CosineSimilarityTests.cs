namespace ZooPrune.Tests;

public sealed class CosineSimilarityTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Row_GramAndSingleRows_GiveTheSameBits(string set)
    {
        const int Count = 150;
        const int Width = 77;
        float[] projected = TestData.Tokens(1, Count, Width);
        ScoredTokens tokens = new(projected, [], Count, 0);
        CosineSimilarity gram = new(tokens, 0.9f, rowsWanted: Count, 3, TokenKernels.Find(set));
        CosineSimilarity single = new(tokens, 0.9f, rowsWanted: 1, 1, TokenKernels.Find(set));
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(gram.Row(i).ToArray(), single.Row(i).ToArray());
            Near.Equal(1, gram.Row(i)[i], 0, 1e-6);
            Assert.Equal(gram.Row(i)[(i + 1) % Count], gram.Row((i + 1) % Count)[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Row_OneAndEightThreads_GiveTheSameBits(string set)
    {
        // Large enough for the work to be shared out: Count * Count * Width is above 2^27.
        const int Count = 580;
        const int Width = 401;
        ScoredTokens tokens = new(TestData.Tokens(3, Count, Width), [], Count, 0);
        CosineSimilarity one = new(tokens, 0, rowsWanted: Count, 1, TokenKernels.Find(set));
        CosineSimilarity eight = new(tokens, 0, rowsWanted: Count, 8, TokenKernels.Find(set));
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(one.Row(i), eight.Row(i));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Row_ZeroToken_IsZeroWithEverything(string set)
    {
        float[] projected = TestData.Tokens(2, 20, 9);
        projected.AsSpan(5 * 9, 9).Clear();
        CosineSimilarity cosines = new(new ScoredTokens(projected, [], 20, 0), 0, 20, 1, TokenKernels.Find(set));
        Assert.All(cosines.Row(5).ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Row_SizesOfModels_AreCosines(string set)
    {
        foreach ((int count, int width) in ((int, int)[])[(331, 101), (97, 1025), (1, 3)])
        {
            float[] projected = TestData.Tokens(4, count, width);
            CosineSimilarity cosines = new(new ScoredTokens(projected, [], count, 0), 0, count, 2, TokenKernels.Find(set));
            double[] norms = [.. Enumerable.Range(0, count).Select(i => Math.Sqrt(Dot(i, i)))];
            for (int i = 0; i < count; i += 13)
            {
                for (int j = 0; j < count; j++)
                {
                    Near.Equal(Dot(i, j) / (norms[i] * norms[j]), cosines.Row(i)[j], 0, 2e-6, $"{count} x {width} [{i}, {j}]");
                }
            }

            double Dot(int i, int j) => Enumerable.Range(0, width).Sum(
                k => (double)projected[(i * width) + k] * projected[(j * width) + k]);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Prepare_AfterAnotherImage_GivesTheSameBitsAsANewOne(string set)
    {
        ScoredTokens large = new(TestData.Tokens(5, 140, 70), [], 140, 0);
        ScoredTokens small = new(TestData.Tokens(6, 50, 33), [], 50, 0);
        CosineSimilarity again = new(large, 1, 140, 2, TokenKernels.Find(set));
        again.Prepare(small, 0.5f, 50, 1, TokenKernels.Find(set));
        CosineSimilarity fresh = new(small, 0.5f, 50, 1, TokenKernels.Find(set));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(fresh.Row(i), again.Row(i));
        }
    }

    [Fact]
    public void Row_EveryRegisterWidth_GivesTheSameBits()
    {
        ScoredTokens tokens = new(TestData.Tokens(7, 60, 300), [], 60, 0);
        float[]? first = null;
        foreach (ITokenKernels kernels in TokenKernels.Available.Where(set => set != TokenKernels.Reference))
        {
            CosineSimilarity cosines = new(tokens, 0.5f, 60, 2, kernels);
            float[] row = cosines.Row(7).ToArray();
            Assert.Equal(first ??= row, row);
        }
    }
}

/// <summary>In the collection that runs alone: what other tests allocate must not be counted here.</summary>
[Collection(nameof(RunsAlone))]
public sealed class CosineSimilarityAllocationTests
{
    [Fact]
    public void Row_FirstOfManyFreshOnes_EightThreads_IsWhole()
    {
        // The memory of a row must be there before threads write to it, or what one of them wrote would be lost.
        const int Count = 580;
        const int Width = 401;
        ScoredTokens tokens = new(TestData.Tokens(3, Count, Width), [], Count, 0);
        float[] expected = new CosineSimilarity(tokens, 0, rowsWanted: 1, 1, TokenKernels.Default).Row(7).ToArray();
        for (int i = 0; i < 200; i++)
        {
            CosineSimilarity fresh = new(tokens, 0, rowsWanted: 1, 8, TokenKernels.Default);
            Assert.True(fresh.Row(7).SequenceEqual(expected), $"fresh one {i}");
        }
    }

    [KernelSetFact("simd128")]
    public void Prepare_WarmedUp_AllocatesOnlyWhatStartsItsLoops()
    {
        // Large enough for the work to be shared out: Count * Count * Width is above 2^27.
        const int Count = 580;
        const int Width = 401;
        float[] projected = TestData.Tokens(3, Count, Width);
        float[] weights = new float[Count];
        int[] order = new int[3];
        CosineSimilarity cosines = new();

        // Three and four loops on two threads, about 1,600 bytes each for Parallel.For; the Gram matrix alone has 1.3 MB.
        Assert.InRange(Allocation.LeastOf(() => PrepareAndPick(rowsWanted: Count)), 0, 16_000);
        Assert.InRange(Allocation.LeastOf(() => PrepareAndPick(rowsWanted: 1)), 0, 16_000);

        void PrepareAndPick(int rowsWanted)
        {
            cosines.Prepare(new ScoredTokens(projected, [], Count, 0), 1, rowsWanted, 2, TokenKernels.Default);
            Array.Fill(weights, 1);
            GreedyLoop.Run(weights, 0, cosines, order, TokenKernels.Default);
        }
    }
}
