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
    public void Create_ClosedFormOfUnknownProjector_SaysWhatToDo(SensitivityMethod method)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new VisualTokenPruner(FakeProjector.Identity(4), Options with { Sensitivity = method }));
        Assert.Equal(
            $"PruningOptions.Sensitivity: {method} was asked for with the projector FakeProjector, whose weights are not known. "
            + "It needs an IClosedFormProjector (Linear, GELU, Linear); use Sampled, or Auto to let the projector decide. (Parameter 'options')",
            error.Message);
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
            "Directions: they are 5 wide. They must have the projector's input width, 4; create the bank with that width. (Parameter 'directions')",
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
}
