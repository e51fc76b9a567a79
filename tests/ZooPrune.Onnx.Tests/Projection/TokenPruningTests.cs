namespace ZooPrune.Onnx.Tests;

public sealed class TokenPruningTests
{
    private readonly MlpProjector _projector = ProjectorGraphs.Reference(ProjectorGraphs.Weights());

    [Fact]
    public void Prune_Null_ProjectsAndKeepsAll()
    {
        float[] tokens = Near.Random(9 * 6, 1);
        float[] projected = new float[9 * 5];
        _projector.Project(tokens, projected);

        TokenSelection selection = new TokenPruning(_projector).Prune(tokens, null);

        Assert.Equal(Enumerable.Range(0, 9), selection.KeptIndices.ToArray());
        Assert.Equal(projected, selection.KeptTokens.ToArray());
        Assert.Equal(9, selection.TokenCount);
        Assert.Null(selection.Note);
    }

    [Fact]
    public void Prune_OptionsInTurn_EachGetsItsOwn()
    {
        float[] tokens = Near.Random(20 * 6, 1);
        var pruning = new TokenPruning(_projector);

        Parallel.For(0, 200, i =>
        {
            int keep = 1 + (i % 7);
            Assert.Equal(keep, pruning.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(keep) }).KeptIndices.Length);
        });
    }

    [Fact]
    public void Prune_MoreThanThereAre_KeepsAllAndSaysSo() => Assert.Equal(
        "keep 700 of 4: all tokens kept",
        new TokenPruning(_projector).Prune(Near.Random(4 * 6, 1), new PruningOptions { Keep = KeepBudget.Tokens(700) }).Note);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prune_NaN_NamesTheToken(bool keepsAll)
    {
        float[] tokens = Near.Random(4 * 6, 1);
        tokens[15] = float.NaN;

        var exception = Assert.Throws<ArgumentException>(() => new TokenPruning(_projector).Prune(
            tokens, keepsAll ? null : new PruningOptions { Keep = KeepBudget.Tokens(2) }));
        Assert.StartsWith("Visual tokens: token 2 has the value NaN at element 3.", exception.Message);
    }

    [Theory]
    [InlineData(0, "which is no token")]
    [InlineData(7, "not a multiple of the encoder width 6")]
    public void Prune_WrongLength_SaysWhatIsExpected(int length, string problem)
    {
        var exception = Assert.Throws<ArgumentException>(() => new TokenPruning(_projector).Prune(new float[length], null));
        Assert.Equal(
            $"Visual tokens: there are {length} values, {problem}. Expected N x 6; check that the encoder output is taken before pooling. (Parameter 'visualTokens')",
            exception.Message);
    }
}
