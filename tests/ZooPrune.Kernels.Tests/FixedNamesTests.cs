using System.ComponentModel;

namespace ZooPrune.Tests;

/// <summary>The names that stay, used as the design writes them; programs outside the repository are compiled against them.</summary>
public sealed class FixedNamesTests
{
    [Fact]
    public void Kernels_FixedNames_CompileAsWritten()
    {
        KeepBudget keep = KeepBudget.Tokens(2);
        Assert.Equal(1, KeepBudget.Ratio(0.5).Resolve(3));
        Assert.Contains(typeof(IParsable<KeepBudget>), typeof(KeepBudget).GetInterfaces());
        Assert.Equal(keep, TypeDescriptor.GetConverter(typeof(KeepBudget)).ConvertFromInvariantString("2"));

        SensitivityMethod[] sensitivities =
            [SensitivityMethod.Auto, SensitivityMethod.Sampled, SensitivityMethod.SharedProduct, SensitivityMethod.ClosedForm];
        SelectionMethod[] selections =
        [
            SelectionMethod.ZooPrune, SelectionMethod.DivPrune, SelectionMethod.Sensitivity,
            SelectionMethod.Norm, SelectionMethod.Uniform, SelectionMethod.Random,
        ];
        ISelectionMethod? custom = null;
        float? sharpness = null;
        PruningOptions defaults = new() { Keep = keep };
        PruningOptions options = new()
        {
            Keep = keep,
            Selection = selections[0],
            Sensitivity = sensitivities[0],
            Directions = 64,
            StepSize = 0.01f,
            Seed = 0,
            Centering = 0f,
            Sharpness = sharpness,
            CustomSelection = custom,
        };
        Assert.Equal(defaults, options);

        ReadOnlySpan<float> weight1 = [1, 0, 0, 1, 1, 1];
        ReadOnlySpan<float> bias1 = [0, 0, 0];
        ReadOnlySpan<float> weight2 = [1, 0, 0, 0, 1, 0];
        ReadOnlySpan<float> bias2 = [0, 0];
        IProjector projector = new MlpProjector(
            weight1: weight1, bias1: bias1, weight2: weight2, bias2: bias2, inputWidth: 2, hiddenWidth: 3, outputWidth: 2);
        Span<float> projected = new float[projector.OutputWidth];
        projector.Project(new float[projector.InputWidth], projected);

        DirectionBank directions = DirectionBank.Gaussian(count: 4, width: 2, seed: 1);
        directions = DirectionBank.FromRows(rows: [1, 0, 0, 1], count: 2, width: 2);
        ReadOnlySpan<float> visualTokens = [1, 2, 3, 4, 5, 6];
        VisualTokenPruner pruner = new(projector, options, directions);
        TokenSelection selection = pruner.Prune(visualTokens, tokenCount: 3);
        ReadOnlySpan<int> tileLengths = [2, 1];
        TokenSelection tiled = new VisualTokenPruner(projector, options).Prune(visualTokens, tileLengths);

        ReadOnlySpan<int> kept = selection.KeptIndices;
        ReadOnlySpan<int> order = selection.SelectionOrder;
        ReadOnlySpan<float> sensitivity = selection.Sensitivity;
        ReadOnlySpan<float> keptTokens = selection.KeptTokens;
        Assert.Equal((2, 2, 3, 4), (kept.Length, order.Length, sensitivity.Length, keptTokens.Length));
        Assert.Equal(2, tiled.KeptIndices.Length);
    }
}
