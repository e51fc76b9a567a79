namespace ZooPrune.Tests;

public sealed class TokenScorerTests
{
    private static readonly PruningOptions Options = new() { Keep = KeepBudget.Tokens(2) };

    [Fact]
    public void Create_Auto_TakesTheCheapestTheProjectorAllows()
    {
        float[] tokens = TestData.Tokens(1, 6, 4);
        TokenSelection managed = new VisualTokenPruner(TestData.Projector(1, 4, 5, 6), Options).Prune(tokens, 6);
        TokenSelection unknown = new VisualTokenPruner(FakeProjector.Identity(4), Options).Prune(tokens, 6);
        Assert.Equal(SensitivityMethod.ClosedForm, managed.SensitivityMethodUsed);
        Assert.Equal(SensitivityMethod.Sampled, unknown.SensitivityMethodUsed);
    }

    [Theory]
    [InlineData(SensitivityMethod.ClosedForm)]
    [InlineData(SensitivityMethod.SharedProduct)]
    [InlineData(SensitivityMethod.LowRankClosedForm)]
    public void Create_ClosedFormOfUnknownProjector_SaysWhatToDo(SensitivityMethod method)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new VisualTokenPruner(FakeProjector.Identity(4), Options with { Sensitivity = method }));
        Assert.Equal(
            $"PruningOptions.Sensitivity: {method} was asked for with the projector FakeProjector, whose weights are not known. "
            + "It needs an IClosedFormProjector (Linear, GELU, Linear); use Sampled, or Auto to let the projector decide. (Parameter "
            + "'options')",
            error.Message);
    }

    [Theory]
    [InlineData(1024, true, SensitivityMethod.LowRankClosedForm)]
    [InlineData(1023, true, SensitivityMethod.ClosedForm)]
    [InlineData(1024, false, SensitivityMethod.ClosedForm)]
    public void Create_Auto_TakesTheLowRankFormOfWideProjectorsWithAChosenRank(int hidden, bool chosen, SensitivityMethod expected)
    {
        float[] tokens = TestData.Tokens(1, 200, 8);
        MlpProjector projector = TestData.Projector(1, 8, hidden, 4);
        TokenSelection selection = new VisualTokenPruner(chosen ? projector.ChooseRank(tokens) : projector, Options).Prune(tokens, 200);
        Assert.Equal(expected, selection.SensitivityMethodUsed);
    }

    [Fact]
    public void Create_AutoWithAnInaccurateRank_TakesTheExactForm()
    {
        FakeLowRank projector = new(0.9989);
        Assert.False(projector.LowRank.IsAccurate);
        Assert.True(new FakeLowRank(0.999).LowRank.IsAccurate);
        TokenSelection selection = new VisualTokenPruner(projector, Options).Prune(new float[3], 3);
        Assert.Equal(SensitivityMethod.ClosedForm, selection.SensitivityMethodUsed);
        Assert.Equal([1, 1, 1], selection.Sensitivity.ToArray());
    }

    [Fact]
    public void Create_LowRankOfNarrowProjector_IsUsedWhenAskedFor()
    {
        float[] tokens = TestData.Tokens(1, 200, 8);
        MlpProjector projector = TestData.Projector(1, 8, 30, 4).ChooseRank(tokens);
        TokenSelection selection =
            new VisualTokenPruner(projector, Options with { Sensitivity = SensitivityMethod.LowRankClosedForm }).Prune(tokens, 200);
        float[] expected = new float[200];
        projector.ProjectWithLowRankSensitivity(tokens, new float[800], expected);
        Assert.Equal(SensitivityMethod.LowRankClosedForm, selection.SensitivityMethodUsed);
        Assert.Equal(expected, selection.Sensitivity.ToArray());
    }

    [Fact]
    public void Create_LowRankWithoutARank_SaysWhatToDo() => Assert.Equal(
        "PruningOptions.Sensitivity: LowRankClosedForm was asked for with the projector MlpProjector, for which no rank was chosen. "
        + "It needs IClosedFormProjector.LowRank; call MlpProjector.ChooseRank with visual tokens of a typical image first, or use "
        + "ClosedForm. (Parameter 'options')",
        Assert.Throws<ArgumentException>(() => new VisualTokenPruner(
            TestData.Projector(1, 4, 5, 6), Options with { Sensitivity = SensitivityMethod.LowRankClosedForm })).Message);

    [Fact]
    public void Create_SharedProductOfANormalisedProjector_SaysWhatToDo() => Assert.Equal(
        "PruningOptions.Sensitivity: SharedProduct was asked for with the projector NormMlpProjector, which is not Linear, GELU, Linear "
        + "alone. "
        + "It needs a projector with Weights; use ClosedForm or Sampled, or Auto to let the projector decide. (Parameter 'options')",
        Assert.Throws<ArgumentException>(() => new VisualTokenPruner(
            new NormMlpProjector(PatchNorm.RootMeanSquare([1, 1], 0), TestData.Projector(1, 4, 5, 6)),
            Options with { Sensitivity = SensitivityMethod.SharedProduct })).Message);

    [Fact]
    public void Prune_SampledForWantOfAClosedForm_SaysWhy()
    {
        UnknownProjector projector = new();
        const string Why = "sensitivity sampled: the projector has no closed form, its activation is no GELU";
        Assert.Equal(Why, new VisualTokenPruner(projector, Options).Prune([1, 2, 3], 3).Note);
        PruningOptions asked = Options with { Sensitivity = SensitivityMethod.Sampled };
        Assert.Null(new VisualTokenPruner(projector, asked).Prune([1, 2, 3], 3).Note);
    }

    [Fact]
    public void Create_UnknownProjectorWithoutSensitivity_IsFine()
    {
        PruningOptions options = Options with { Sensitivity = SensitivityMethod.ClosedForm, Selection = SelectionMethod.DivPrune };
        TokenSelection selection = new VisualTokenPruner(FakeProjector.Identity(4), options).Prune(TestData.Tokens(1, 6, 4), 6);
        Assert.Null(selection.SensitivityMethodUsed);
        Assert.True(selection.Sensitivity.IsEmpty);
    }

    [Fact]
    public void Create_DirectionsOfAnotherWidth_IsAnError()
    {
        PruningOptions options = Options with { Sensitivity = SensitivityMethod.Sampled };
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new VisualTokenPruner(TestData.Projector(1, 4, 5, 6), options, DirectionBank.Gaussian(2, 5, 0)));
        Assert.Equal(
            "Directions: they are 5 wide. They must have the projector's input width, 4; create the bank with that width. (Parameter "
            + "'directions')",
            error.Message);
    }

    [Fact]
    public void Create_SampledWithoutDirections_UsesTheSeed()
    {
        float[] tokens = TestData.Tokens(1, 12, 4);
        PruningOptions sampled = Options with { Sensitivity = SensitivityMethod.Sampled, Directions = 3, Seed = 5 };
        MlpProjector projector = TestData.Projector(1, 4, 5, 6);
        float[] implied = new VisualTokenPruner(projector, sampled).Prune(tokens, 12).Sensitivity.ToArray();
        float[] given = new VisualTokenPruner(projector, sampled, DirectionBank.Gaussian(3, 4, 5)).Prune(tokens, 12).Sensitivity.ToArray();
        float[] other = new VisualTokenPruner(projector, sampled with { Seed = 6 }).Prune(tokens, 12).Sensitivity.ToArray();
        Assert.Equal(given, implied);
        Assert.NotEqual(other, implied);
    }

    /// <summary>M(x) = x with a reason.</summary>
    private sealed class UnknownProjector : IProjector
    {
        public int InputWidth => 1;

        public int OutputWidth => 1;

        public string? WhyNoClosedForm => "its activation is no GELU";

        public void Project(ReadOnlySpan<float> tokens, Span<float> projected) => tokens.CopyTo(projected);
    }

    /// <summary>S = 1 by the exact form and 2 by the low-rank one.</summary>
    private sealed class FakeLowRank(double correlation) : IClosedFormProjector
    {
        public int InputWidth => 1;

        public int OutputWidth => 1;

        public MlpProjector? Weights => null;

        public LowRankChoice LowRank => new() { Rank = 1, RankCorrelation = correlation, LargestRelativeError = 0.1, TokenCount = 32 };

        public void Project(ReadOnlySpan<float> tokens, Span<float> projected) => tokens.CopyTo(projected);

        public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
        {
            tokens.CopyTo(projected);
            sensitivity.Fill(1);
        }

        public void ProjectWithLowRankSensitivity(ReadOnlySpan<float> tokens, Span<float> projected, Span<float> sensitivity)
        {
            tokens.CopyTo(projected);
            sensitivity.Fill(2);
        }
    }
}
