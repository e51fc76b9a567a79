namespace ZooPrune.Tests;

public sealed class PruningWorkspaceTests
{
    private const int Width = 12;

    /// <summary>Every method, by a name that the test report can show.</summary>
    public static TheoryData<string> Methods => [.. PruningCase.MethodNames];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_OneWorkspaceForAllSizes_AnswersAsWithoutIt(string method)
    {
        PruningWorkspace workspace = new();
        for (int seed = 0; seed < 30; seed++)
        {
            // Sizes go up and down, so that memory of a larger prune is lying about.
            int count = 1 + (seed * 37 % 90);
            float[] tokens = TestData.Tokens(seed, count, Width);
            float[] scores = TestData.Uniform(seed, count);
            VisualTokenPruner pruner = PruningCase.Pruner(method, seed, KeepBudget.Tokens(1 + (seed * 11 % count)), Width);
            PruningInput input = new(tokens, [count]) { Scores = scores, ProtectedTokens = seed % 3 == 0 ? [count / 2] : [] };
            AssertSame(pruner.Prune(input), pruner.Prune(input, workspace), $"seed {seed}");
        }
    }

    [Fact]
    public void Prune_WithoutWorkspace_ReturnsWhatLaterCallsLeaveAlone()
    {
        VisualTokenPruner pruner = PruningCase.Pruner("ZooPrune", 1, KeepBudget.Tokens(7), Width);
        TokenSelection first = pruner.Prune(TestData.Tokens(1, 40, Width), 40);
        (int[] kept, float[] values, float[] sensitivity) = (
            first.KeptIndices.ToArray(), first.KeptTokens.ToArray(), first.Sensitivity.ToArray());
        for (int seed = 2; seed < 6; seed++)
        {
            pruner.Prune(TestData.Tokens(seed, 40, Width), 40);
        }

        Assert.Equal(kept, first.KeptIndices.ToArray());
        Assert.Equal(values, first.KeptTokens.ToArray());
        Assert.Equal(sensitivity, first.Sensitivity.ToArray());
    }

    [Fact]
    public void Prune_SameWorkspaceAgain_ReusesTheSelection()
    {
        PruningWorkspace workspace = new();
        VisualTokenPruner pruner = PruningCase.Pruner("Norm", 1, KeepBudget.Tokens(700), Width);
        TokenSelection first = pruner.Prune(new PruningInput(TestData.Tokens(1, 40, Width), [40]), workspace);
        Assert.Equal("keep 700 of 40: all tokens kept", first.Note);
        pruner = PruningCase.Pruner("Norm", 1, KeepBudget.Tokens(3), Width);
        TokenSelection second = pruner.Prune(new PruningInput(TestData.Tokens(2, 20, Width), [20]), workspace);
        Assert.Same(first, second);
        Assert.Null(second.Note);
        Assert.Equal(20, second.TokenCount);
        Assert.Equal(3 * PruningCase.OutputWidth, second.KeptTokens.Length);
    }

    [Theory]
    [InlineData("ZooPrune")]
    [InlineData("DivPrune")]
    [InlineData("CdPruner")]
    [InlineData("DartOfFour")]
    [InlineData("Sensitivity")]
    [InlineData("Norm")]
    [InlineData("Scores")]
    [InlineData("Uniform")]
    [InlineData("Random")]
    public void PruneImages_WarmWorkspace_AllocatesOnlyWhatStartsItsLoops(string method)
    {
        const int Count = 60;
        PruningWorkspace workspace = new();
        ScriptedProjector projector = new(TestData.Tokens(1, Count, Width), TestData.Uniform(1, Count));
        VisualTokenPruner pruner = new(projector, PruningCase.Options(method, 1, KeepBudget.Tokens(11)));
        float[] tokens = new float[Count];
        float[] scores = TestData.Uniform(2, Count);
        int kept = 0;
        Prune();
        Prune();

        // The least of many: where other tests keep the thread pool busy, its queue grows now and then.
        long least = long.MaxValue;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Prune();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // Up to four tiles with a delegate or two each; Z alone has 2,880 bytes, the cosines 2,400.
        Assert.InRange(least, 0, 1100);
        Assert.Equal(102 * 12, kept);

        void Prune()
        {
            PruningInput input = new(tokens, [20, 10, 10, 20])
            {
                TilesPerImage = [3, 1],
                Scores = scores,
                ProtectedTokens = [3, 19, 41],
            };
            kept += pruner.PruneImages(input, workspace)[1].KeptIndices.Length;
        }
    }

    [Fact]
    public void Prune_WorkspaceInUse_IsAnErrorAndHarmless()
    {
        PruningWorkspace workspace = new();
        VisualTokenPruner? pruner = null;
        Exception? inner = null;
        FakeProjector meddling = new(Width, Width, (tokens, projected) =>
        {
            tokens.CopyTo(projected);
            float[] same = tokens.ToArray();
            inner = Record.Exception(() => pruner!.Prune(new PruningInput(same, [10]), workspace));
        });
        pruner = new VisualTokenPruner(meddling, PruningCase.Options("Norm", 1, KeepBudget.Tokens(2)));
        TokenSelection selection = pruner.Prune(new PruningInput(TestData.Tokens(1, 10, Width), [10]), workspace);
        Assert.Equal(
            "PruningWorkspace: another call is using it. One workspace serves one call at a time; give each thread its own, or pass none.",
            Assert.IsType<InvalidOperationException>(inner).Message);
        Assert.Equal(2, selection.KeptIndices.Length);
    }

    [Fact]
    public void Prune_AfterAFailure_WorkspaceIsFreeAgain()
    {
        PruningWorkspace workspace = new();
        FakeProjector broken = new(Width, Width, (tokens, projected) => projected.Fill(float.NaN));
        VisualTokenPruner failing = new(broken, PruningCase.Options("Norm", 1, KeepBudget.Tokens(2)));
        Assert.Throws<ZooPruneException>(() => failing.Prune(new PruningInput(new float[Width], [1]), workspace));
        VisualTokenPruner pruner = PruningCase.Pruner("ZooPrune", 1, KeepBudget.Tokens(2), Width);
        Assert.Equal(2, pruner.Prune(new PruningInput(TestData.Tokens(1, 10, Width), [10]), workspace).KeptIndices.Length);
    }

    internal static void AssertSame(TokenSelection expected, TokenSelection actual, string what)
    {
        Assert.True(expected.SelectionOrder.SequenceEqual(actual.SelectionOrder), $"{what}: order");
        Assert.True(expected.KeptIndices.SequenceEqual(actual.KeptIndices), $"{what}: kept indices");
        Assert.True(expected.KeptTokens.SequenceEqual(actual.KeptTokens), $"{what}: kept tokens");
        Assert.True(expected.Sensitivity.SequenceEqual(actual.Sensitivity), $"{what}: sensitivity");
        Assert.Equal(expected.TokenCount, actual.TokenCount);
        Assert.Equal(expected.Note, actual.Note);
        Assert.Equal(expected.SensitivityMethodUsed, actual.SensitivityMethodUsed);
    }
}
