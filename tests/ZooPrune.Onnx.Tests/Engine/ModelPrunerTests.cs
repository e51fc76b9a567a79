using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx.Tests;

public sealed class ModelPrunerTests
{
    private readonly MlpProjector _projector = ProjectorGraphs.Reference(ProjectorGraphs.Weights());

    [Fact]
    public void Prune_Null_ProjectsAndKeepsAll()
    {
        float[] tokens = Near.Random(9 * 6, 1);
        float[] projected = new float[9 * 5];
        _projector.Project(tokens, projected);

        TokenSelection selection = new ModelPruner(_projector, Decisions()).Prune(tokens, null);

        Assert.Equal(Enumerable.Range(0, 9), selection.KeptIndices.ToArray());
        Assert.Equal(projected, selection.KeptTokens.ToArray());
        Assert.Equal(9, selection.TokenCount);
        Assert.Null(selection.Note);
    }

    [Fact]
    public void Prune_OptionsInTurn_EachGetsItsOwn()
    {
        float[] tokens = Near.Random(20 * 6, 1);
        var pruning = new ModelPruner(_projector, Decisions());

        Parallel.For(0, 200, i =>
        {
            int keep = 1 + (i % 7);
            Assert.Equal(keep, pruning.Prune(tokens, new PruningOptions { Keep = KeepBudget.Tokens(keep) }).KeptIndices.Length);
        });
    }

    [Fact]
    public void Prune_MoreThanThereAre_KeepsAllAndSaysSo() => Assert.Equal(
        "keep 700 of 4: all tokens kept",
        new ModelPruner(_projector, Decisions()).Prune(Near.Random(4 * 6, 1), new PruningOptions { Keep = KeepBudget.Tokens(700) }).Note);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prune_NaN_NamesTheToken(bool keepsAll)
    {
        float[] tokens = Near.Random(4 * 6, 1);
        tokens[15] = float.NaN;

        var exception = Assert.Throws<ArgumentException>(() => new ModelPruner(_projector, Decisions()).Prune(
            tokens, keepsAll ? null : new PruningOptions { Keep = KeepBudget.Tokens(2) }));
        Assert.StartsWith("Visual tokens: token 2 has the value NaN at element 3.", exception.Message);
    }

    [Theory]
    [InlineData(0, "which is no token")]
    [InlineData(7, "not a multiple of the encoder width 6")]
    public void Prune_WrongLength_SaysWhatIsExpected(int length, string problem)
    {
        var exception = Assert.Throws<ArgumentException>(() => new ModelPruner(_projector, Decisions()).Prune(new float[length], null));
        Assert.Equal(
            $"Visual tokens: there are {length} values, {problem}. "
            + "Expected N x 6; check that the encoder output is taken before pooling. (Parameter 'visualTokens')",
            exception.Message);
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.Norm)]
    [InlineData(SelectionMethod.Uniform)]
    public void Prune_CostsMoreThanItSaves_KeepsAllAndSaysSo(SelectionMethod selection)
    {
        float[] tokens = Near.Random(9 * 6, 1);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(3), Selection = selection, OnlyIfFaster = true };

        TokenSelection kept = new ModelPruner(_projector, Decisions(perToken: 6, cost: 46)).Prune(tokens, options);

        TokenSelection all = new ModelPruner(_projector, Decisions()).Prune(tokens, null);
        Assert.Equal("not pruned: costs more than it saves (cost 46 ms, saves 36 ms)", kept.Note);
        Assert.Equal(all.KeptIndices.ToArray(), kept.KeptIndices.ToArray());
        Assert.Equal(all.KeptTokens.ToArray(), kept.KeptTokens.ToArray());
        Assert.Null(kept.SensitivityMethodUsed);
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune, 36)]
    [InlineData(SelectionMethod.Random, 0)]
    public void Prune_SavesAsMuchAsItCosts_Prunes(SelectionMethod selection, double cost)
    {
        float[] tokens = Near.Random(9 * 6, 1);
        var options = new PruningOptions { Keep = KeepBudget.Tokens(3), Selection = selection };

        TokenSelection decided = new ModelPruner(_projector, Decisions(perToken: 6, cost)).Prune(
            tokens, options with { OnlyIfFaster = true });

        TokenSelection asked = new ModelPruner(_projector, Decisions()).Prune(tokens, options);
        Assert.Null(decided.Note);
        Assert.Equal(asked.KeptIndices.ToArray(), decided.KeptIndices.ToArray());
        Assert.Equal(asked.Sensitivity.ToArray(), decided.Sensitivity.ToArray());
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(700, "keep 700 of 4: all tokens kept")]
    public void Prune_NothingToPrune_IsNotDecided(int keep, string? note)
    {
        var pruning = new ModelPruner(_projector, new PruningDecisions((_, _) => throw new InvalidOperationException("Timed.")));

        TokenSelection selection = pruning.Prune(
            Near.Random(4 * 6, 1), new PruningOptions { Keep = KeepBudget.Tokens(keep), OnlyIfFaster = true });

        Assert.Equal(4, selection.KeptIndices.Length);
        Assert.Equal(note, selection.Note);
    }

    [Fact]
    public void Prune_DecisionNotAskedFor_IsNotTimed()
    {
        var pruning = new ModelPruner(_projector, new PruningDecisions((_, _) => throw new InvalidOperationException("Timed.")));

        Assert.Equal(2, pruning.Prune(Near.Random(4 * 6, 1), new PruningOptions { Keep = KeepBudget.Tokens(2) }).KeptIndices.Length);
    }

    [Fact]
    public void Prune_WrongOption_IsAnErrorBeforeAnythingIsTimed()
    {
        var pruning = new ModelPruner(_projector, new PruningDecisions((_, _) => throw new InvalidOperationException("Timed.")));
        var options = new PruningOptions { Keep = KeepBudget.Tokens(2), OnlyIfFaster = true };

        Assert.Throws<ArgumentOutOfRangeException>(() => pruning.Prune(Near.Random(4 * 6, 1), options with { Directions = 0 }));
        Assert.Throws<ArgumentException>(() => pruning.Prune(Near.Random(4 * 6, 1), options with { Keep = default }));
    }

    private static PruningDecisions Decisions(double perToken = 0, double cost = 0) => new((count, options) =>
        new PruningAdvisor(new LanguageModelCost { MillisecondsPerToken = perToken }).Advise(count, options.Keep, cost));
}
