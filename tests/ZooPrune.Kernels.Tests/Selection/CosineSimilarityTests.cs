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
        using CosineSimilarity gram = new(tokens, 0.9f, rowsWanted: Count, 3, TokenKernels.Find(set));
        using CosineSimilarity single = new(tokens, 0.9f, rowsWanted: 1, 1, TokenKernels.Find(set));
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
        using CosineSimilarity one = new(tokens, 0, rowsWanted: Count, 1, TokenKernels.Find(set));
        using CosineSimilarity eight = new(tokens, 0, rowsWanted: Count, 8, TokenKernels.Find(set));
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
        using CosineSimilarity cosines = new(new ScoredTokens(projected, [], 20, 0), 0, 20, 1, TokenKernels.Find(set));
        Assert.All(cosines.Row(5).ToArray(), value => Assert.Equal(0, value));
    }
}
