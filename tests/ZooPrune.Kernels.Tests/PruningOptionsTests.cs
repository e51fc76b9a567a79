using System.Globalization;

namespace ZooPrune.Tests;

public sealed class PruningOptionsTests
{
    private static readonly PruningOptions Valid = new() { Keep = KeepBudget.Tokens(2) };

    [Fact]
    public void Defaults_AreThePublishedMethod()
    {
        Assert.Equal(SelectionMethod.ZooPrune, Valid.Selection);
        Assert.Equal(SensitivityMethod.Auto, Valid.Sensitivity);
        Assert.Equal(64, Valid.Directions);
        Assert.Equal(0.01f, Valid.StepSize);
        Assert.Equal(0, Valid.Seed);
        Assert.Equal(0, Valid.Centering);
        Assert.Null(Valid.Sharpness);
        Assert.Equal(0, Valid.MaxThreads);
    }

    [Fact]
    public void Constructor_KeepNotSet_IsAnError()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Create(new() { Keep = default }));
        Assert.Equal(
            "PruningOptions.Keep: it is not set (default). It must be a count or a share; create it with KeepBudget.Tokens or "
            + "KeepBudget.Ratio. (Parameter 'options')",
            error.Message);
    }

    [Fact]
    public void Constructor_OptionOutOfRange_NamesOptionValueAndRange()
    {
        AssertOutOfRange(
            Valid with { Directions = 0 }, "PruningOptions.Directions: it is 0. It must be 1 or more; leave it out for the default.");
        AssertOutOfRange(
            Valid with { MaxThreads = -1 }, "PruningOptions.MaxThreads: it is -1. It must be 0 or more; leave it out for the default.");
        foreach (float step in (float[])[0, -0.01f, float.NaN, float.PositiveInfinity])
        {
            AssertOutOfRange(
                Valid with { StepSize = step },
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"PruningOptions.StepSize: it is {(double)step}. It must be a finite number above 0; "
                    + $"leave it out for the published value."));
        }

        AssertOutOfRange(
            Valid with { Centering = 1.5f },
            "PruningOptions.Centering: it is 1.5. It must be from 0 to 1; leave it out for the published value.");
        AssertOutOfRange(
            Valid with { Centering = float.NaN },
            "PruningOptions.Centering: it is NaN. It must be from 0 to 1; leave it out for the published value.");
        AssertOutOfRange(
            Valid with { Sharpness = -1 },
            "PruningOptions.Sharpness: it is -1. It must be null or a finite number from 0 on; leave it out for the published value.");
        AssertOutOfRange(
            Valid with { Sharpness = float.PositiveInfinity },
            "PruningOptions.Sharpness: it is Infinity. It must be null or a finite number from 0 on; leave it out for the published "
            + "value.");
    }

    [Fact]
    public void Constructor_UnknownMember_IsAnError()
    {
        AssertOutOfRange(
            Valid with { Selection = (SelectionMethod)99 },
            "PruningOptions.Selection: the value 99 has no name. It must be one of the members of SelectionMethod; use one of them.");
        AssertOutOfRange(
            Valid with { Sensitivity = (SensitivityMethod)(-1) },
            "PruningOptions.Sensitivity: the value -1 has no name. It must be one of the members of SensitivityMethod; use one of them.");
    }

    [Fact]
    public void Constructor_ZooPruneTuned_SaysThatItIsNotThereYet()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(
            () => Create(Valid with { Selection = SelectionMethod.ZooPruneTuned }));
        Assert.Equal(
            "PruningOptions.Selection: ZooPruneTuned was asked for, which this version does not have. No rule that was tried held "
            + "against the published ones at every budget (docs/findings.md); "
            + "use ZooPrune, with Centering and Sharpness if you like, or DivPrune.",
            error.Message);
    }

    [Fact]
    public void Constructor_NullOrWidthlessProjector_IsAnError()
    {
        Assert.Throws<ArgumentNullException>(() => new VisualTokenPruner(null!, Valid));
        Assert.Throws<ArgumentNullException>(() => new VisualTokenPruner(FakeProjector.Identity(4), null!));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new VisualTokenPruner(FakeProjector.Identity(0), Valid));
        Assert.Equal("projector", error.ParamName);
    }

    private static VisualTokenPruner Create(PruningOptions options) => new(FakeProjector.Identity(4), options);

    private static void AssertOutOfRange(PruningOptions options, string message)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => Create(options));
        Assert.Equal(message + " (Parameter 'options')", error.Message);
    }

    [Fact]
    public void Create_OnlyIfFaster_IsRefusedForWantOfALanguageModel()
    {
        var projector = new MlpProjector([1], [0], [1], [0], 1, 1, 1);

        var exception = Assert.Throws<ArgumentException>(
            () => new VisualTokenPruner(projector, new PruningOptions { Keep = KeepBudget.Tokens(1), OnlyIfFaster = true }));

        Assert.Equal(
            "PruningOptions.OnlyIfFaster: it is set for a VisualTokenPruner, which knows no language model to compare with. It needs "
            + "one whose prefill can be timed; prune with a VisionLanguageModel, or ask a PruningAdvisor and leave it out here. "
            + "(Parameter 'options')",
            exception.Message);
    }
}
