namespace ZooPrune.Tests;

/// <summary>What odd input gets.</summary>
public sealed class VisualTokenCheckTests
{
    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Prune_NotFiniteToken_NamesToken(float odd, string text)
    {
        float[] tokens = TestData.Tokens(10, 20, 12);
        tokens[(13 * 12) + 5] = odd;
        VisualTokenPruner pruner = new(FakeProjector.Identity(12), Options(5, SelectionMethod.Uniform));
        ArgumentException error = Assert.Throws<ArgumentException>(() => pruner.Prune(tokens, 20));
        Assert.Equal(
            $"Visual tokens: token 13 has the value {text} at element 5. All values must be finite; check the encoder, half precision "
            + "overflows at 65,504. (Parameter 'visualTokens')",
            error.Message);
    }

    [Fact]
    public void Prune_WrongLength_SaysWhatIsNeeded()
    {
        VisualTokenPruner pruner = new(FakeProjector.Identity(4), Options(2, SelectionMethod.Norm));
        ArgumentException error = Assert.Throws<ArgumentException>(() => pruner.Prune(new float[2300], 576));
        Assert.Equal(
            "Visual tokens: there are 2,300 values for 576 tokens. Expected 576 x 4 = 2,304; check that the encoder output is taken "
            + "before the projector. (Parameter 'visualTokens')",
            error.Message);
        Assert.Throws<ArgumentException>(() => pruner.Prune(new float[8], [1, 2]));
    }

    [Fact]
    public void Prune_NoTokensOrTiles_IsAnError()
    {
        VisualTokenPruner pruner = new(FakeProjector.Identity(4), Options(2, SelectionMethod.Norm));
        ArgumentOutOfRangeException none = Assert.Throws<ArgumentOutOfRangeException>(() => pruner.Prune([], 0));
        Assert.Equal(
            "Visual tokens: the token count is 0. It must be 1 or more; do not prune an image without tokens. (Parameter 'tokenCount')",
            none.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => pruner.Prune([], -1));
        Assert.Throws<ArgumentException>(() => pruner.Prune(new float[8], []));
        ArgumentException empty = Assert.Throws<ArgumentException>(() => pruner.Prune(new float[8], [2, 0]));
        Assert.Equal(
            "Visual tokens: tile 1 has the length 0. Every tile needs 1 token or more; leave empty tiles out of the list. (Parameter "
            + "'tileLengths')",
            empty.Message);
    }

    [Fact]
    public void Prune_ProjectorReturnsNaN_NamesProjectorAndToken()
    {
        FakeProjector broken = new(2, 3, (tokens, projected) =>
        {
            projected.Clear();
            projected[(4 * 3) + 1] = float.NaN;
        });
        VisualTokenPruner pruner = new(broken, Options(2, SelectionMethod.Norm));
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => pruner.Prune(new float[20], 10));
        Assert.Equal(
            "Projector FakeProjector: the projection of token 4 is NaN. It must be finite; check the projector's weights and the range "
            + "of the visual tokens.",
            error.Message);

        ScriptedProjector script = new(new float[6], [1, 2, float.PositiveInfinity]);
        error = Assert.Throws<ZooPruneException>(() => script.Prune(Options(1, SelectionMethod.ZooPrune)));
        Assert.Contains("the sensitivity of token 2 is Infinity", error.Message, StringComparison.Ordinal);
    }

    private static PruningOptions Options(int keep, SelectionMethod method) => new() { Keep = KeepBudget.Tokens(keep), Selection = method };
}
