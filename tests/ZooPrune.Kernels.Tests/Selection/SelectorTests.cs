namespace ZooPrune.Tests;

/// <summary>The selections on scripted Z and S, hand-sized.</summary>
public sealed class SelectorTests
{
    private static readonly PruningOptions KeepTwo = new() { Keep = KeepBudget.Tokens(2) };

    // Four tokens in the plane: 0 and 1 almost parallel, 2 across, 3 opposite to 0.
    private static readonly float[] Plane = [1, 0, 1, 0.1f, 0, 1, -1, 0];

    [Fact]
    public void ZooPrune_HandSizedCase_MultipliesSensitivityAndDiversity()
    {
        // S_hat = 1, 0.9, 0.5, 0 (min-max). After token 0: 0.9 (1 - 0.995) = 0.0045, 0.5 (1 - 0) = 0.5, 0 (1 + 1) = 0.
        TokenSelection selection = new ScriptedProjector(Plane, [20, 19, 15, 10]).Prune(KeepTwo with { Keep = KeepBudget.Tokens(4) });
        Assert.Equal([0, 2, 1, 3], selection.SelectionOrder.ToArray());
        Assert.Equal([0, 1, 2, 3], selection.KeptIndices.ToArray());
        Assert.Equal([20, 19, 15, 10], selection.Sensitivity.ToArray());
        Assert.Equal(Plane, selection.KeptTokens.ToArray());
    }

    [Fact]
    public void ZooPrune_Sharpness_ReplacesMinMaxByAPower()
    {
        // (S / max)^1 = 1, 0.95, 0.75, 0.5: the opposite token wins with 0.5 * 2 = 1 over 0.75 * 1.
        TokenSelection selection = new ScriptedProjector(Plane, [20, 19, 15, 10]).Prune(KeepTwo with { Sharpness = 1 });
        Assert.Equal([0, 3], selection.SelectionOrder.ToArray());

        // To the fourth power: 0.0625 * 2 against 0.316 * 1.
        selection = new ScriptedProjector(Plane, [20, 19, 15, 10]).Prune(KeepTwo with { Sharpness = 4 });
        Assert.Equal([0, 2], selection.SelectionOrder.ToArray());
    }

    [Fact]
    public void ZooPrune_AllSensitivitiesEqual_IsDiversityFromTheFirstToken()
    {
        foreach (float value in (float[])[0, 1, 3e-20f])
        {
            float[] equal = [value, value, value, value];
            Assert.Equal([0, 3], new ScriptedProjector(Plane, equal).Prune(KeepTwo).SelectionOrder.ToArray());
            Assert.Equal([0, 3], new ScriptedProjector(Plane, equal).Prune(KeepTwo with { Sharpness = 2 }).SelectionOrder.ToArray());
        }
    }

    [Fact]
    public void ZooPrune_Centering_SubtractsTheMeanTokenFirst()
    {
        // A common offset of 10 hides the differences; without it the four are as in the plane.
        float[] shifted = [.. Plane.Select(value => value + 10)];
        float[] plane = [1, 0, -1, 0, 0, 1, 0, -1];
        float[] moved = [.. plane.Select(value => value + 10)];
        float[] sensitivity = [4, 3, 2, 1];
        PruningOptions keepAll = KeepTwo with { Keep = KeepBudget.Tokens(3) };
        int[] expected = new ScriptedProjector(plane, sensitivity).Prune(keepAll).SelectionOrder.ToArray();
        Assert.Equal(expected, new ScriptedProjector(moved, sensitivity).Prune(keepAll with { Centering = 1 }).SelectionOrder.ToArray());

        // Half of the mean is another direction than all of it.
        double whole = CosineOfFirstTwo(shifted, 1);
        double half = CosineOfFirstTwo(shifted, 0.5f);
        double none = CosineOfFirstTwo(shifted, 0);
        Assert.True(whole < half && half < none, $"{whole}, {half}, {none}");
    }

    [Fact]
    public void ZooPrune_DuplicatedTokens_ArePickedLastInOrder()
    {
        float[] projected = [1, 0, 1, 0, 1, 0, 0, 1, 0, 1];
        TokenSelection selection = new ScriptedProjector(projected, [3, 3, 3, 3, 3]).Prune(KeepTwo with { Keep = KeepBudget.Tokens(5) });
        Assert.Equal([0, 3, 1, 2, 4], selection.SelectionOrder.ToArray());
    }

    [Fact]
    public void ZooPrune_ZeroToken_HasNoDirectionAndIsMostDiverse()
    {
        float[] projected = [1, 0, 0.8f, 0.6f, 0, 0];
        Assert.Equal([0, 2], new ScriptedProjector(projected, [1, 1, 1]).Prune(KeepTwo).SelectionOrder.ToArray());
        float[] zeros = new float[6];
        Assert.Equal([0, 1], new ScriptedProjector(zeros, [1, 1, 1]).Prune(KeepTwo).SelectionOrder.ToArray());
    }

    [Fact]
    public void DivPrune_HandSizedCase_StartsWithTheLoneliest()
    {
        // Largest similarity to another token: 0.995, 0.995, 0.0995 (to 1), 0 (to 2). Then the farthest from token 3: token 0.
        TokenSelection selection = new ScriptedProjector(Plane, [1, 2, 3, 4]).Prune(KeepTwo with { Selection = SelectionMethod.DivPrune });
        Assert.Equal([3, 0], selection.SelectionOrder.ToArray());
        Assert.True(selection.Sensitivity.IsEmpty);
    }

    [Fact]
    public void DivPrune_OnlyDuplicatesLeft_FillsTheBudgetWithoutRepeating()
    {
        float[] projected = [1, 0, 0, 1, 1, 0, 0, 1];
        TokenSelection selection = new ScriptedProjector(projected, [1, 1, 1, 1]).Prune(
            KeepTwo with { Selection = SelectionMethod.DivPrune, Keep = KeepBudget.Tokens(4) });
        Assert.Equal([0, 1, 2, 3], selection.KeptIndices.ToArray());
        Assert.Equal([0, 1], selection.SelectionOrder[..2].ToArray());
    }

    [Fact]
    public void DivPrune_Tiles_CompeteTogether()
    {
        float[] projected = [1, 0, 1, 0.1f, 0, 1, -1, 0];
        TokenSelection selection = new ScriptedProjector(projected, [1, 1, 1, 1]).Prune(
            KeepTwo with { Selection = SelectionMethod.DivPrune }, 3, 1);
        Assert.Equal([3, 0], selection.SelectionOrder.ToArray());
        Assert.Null(selection.Note);
    }

    [Fact]
    public void Sensitivity_TopScores_FallAndTieToTheLowestIndex()
    {
        TokenSelection selection = new ScriptedProjector(Plane, [1, 7, 3, 7]).Prune(
            KeepTwo with { Selection = SelectionMethod.Sensitivity, Keep = KeepBudget.Tokens(3) });
        Assert.Equal([1, 3, 2], selection.SelectionOrder.ToArray());
        Assert.Equal([1, 2, 3], selection.KeptIndices.ToArray());
    }

    [Fact]
    public void Norm_TopScores_AreTheLongestProjectedTokens()
    {
        TokenSelection selection = new ScriptedProjector([3, 4, 1, 0, 6, 8, 0, 5], [1, 1, 1, 1]).Prune(
            KeepTwo with { Selection = SelectionMethod.Norm, Keep = KeepBudget.Tokens(3) });
        Assert.Equal([2, 0, 3], selection.SelectionOrder.ToArray());
    }

    [Theory]
    [InlineData(12, 3, new[] { 2, 6, 10 })]
    [InlineData(5, 2, new[] { 1, 3 })]
    [InlineData(4, 4, new[] { 0, 1, 2, 3 })]
    [InlineData(7, 1, new[] { 3 })]
    public void Uniform_Positions_AreAnEvenGrid(int count, int keep, int[] expected)
    {
        ScriptedProjector projector = new(new float[count], new float[count]);
        TokenSelection selection = projector.Prune(KeepTwo with { Selection = SelectionMethod.Uniform, Keep = KeepBudget.Tokens(keep) });
        Assert.Equal(expected, selection.KeptIndices.ToArray());
    }

    [Fact]
    public void Random_Seed_DecidesAndIsPinned()
    {
        ScriptedProjector projector = new(new float[576], new float[576]);
        PruningOptions options = KeepTwo with { Selection = SelectionMethod.Random, Keep = KeepBudget.Tokens(8), Seed = 1 };
        int[] first = projector.Prune(options).SelectionOrder.ToArray();
        Assert.Equal(first, projector.Prune(options).SelectionOrder.ToArray());
        Assert.NotEqual(first, projector.Prune(options with { Seed = 2 }).SelectionOrder.ToArray());

        // From the formula in Python: another machine or version must draw the same.
        Assert.Equal(PinnedRandom, first);
    }

    [Fact]
    public void Random_ManySeeds_KeepEveryPositionEquallyOften()
    {
        const int Seeds = 4000;
        int[] kept = new int[10];
        ScriptedProjector projector = new(new float[10], new float[10]);
        for (int seed = 0; seed < Seeds; seed++)
        {
            foreach (int index in projector.Prune(KeepTwo with { Selection = SelectionMethod.Random, Seed = seed }).KeptIndices)
            {
                kept[index]++;
            }
        }

        // Two of ten, five standard deviations.
        Assert.All(kept, count => Assert.InRange(count, (Seeds / 5) - 127, (Seeds / 5) + 127));
    }

    private static int[] PinnedRandom => [532, 278, 24, 369, 555, 184, 528, 93];

    private static double CosineOfFirstTwo(float[] projected, float centering)
    {
        CosineSimilarity cosines = new(new ScoredTokens(projected, [], 4, 0), centering, 4, 1, TokenKernels.Default);
        return cosines.Row(0)[1];
    }
}
