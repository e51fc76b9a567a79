namespace ZooPrune.Tests;

/// <summary>Values and sizes that real models give once in a while, on every method.</summary>
public sealed class OddInputTests
{
    public static TheoryData<string> Methods => [.. PruningCase.MethodNames];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_EveryWidthTo257_KeepsTheBudget(string method)
    {
        for (int width = 1; width <= 257; width++)
        {
            float[] projected = TestData.Tokens(width, 9, width);
            Assert.Equal(4, Prune(method, projected, [4, 3, 9, 1, 1, 2, 8, 7, 5], 4).KeptIndices.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_OneTokenOrAllOrMore_KeepsThem(string method)
    {
        Assert.Equal([0], Prune(method, [3, 4], [1], 1).KeptIndices.ToArray());
        Assert.Equal([0], Prune(method, [0, 0], [0], 7).KeptIndices.ToArray());
        float[] five = TestData.Tokens(1, 5, 3);
        foreach (int keep in (int[])[5, 6, int.MaxValue])
        {
            Assert.Equal([0, 1, 2, 3, 4], Prune(method, five, [2, 1, 3, 5, 4], keep).KeptIndices.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_ZeroRowsAmongTokens_AreDistinctCandidates(string method)
    {
        float[] projected = TestData.Tokens(3, 12, 4);
        projected.AsSpan(2 * 4, 4).Clear();
        projected.AsSpan(9 * 4, 8).Clear();
        for (int keep = 1; keep <= 12; keep++)
        {
            int[] order = Prune(method, projected, TestData.Uniform(3, 12, 0.5f), keep).SelectionOrder.ToArray();
            Assert.Equal(keep, order.Distinct().Count());
        }

        Assert.Equal(6, Prune(method, new float[48], new float[12], 6).SelectionOrder.ToArray().Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_DuplicatedTokens_AreNeverChosenTwice(string method)
    {
        // Three distinct tokens, four times each.
        float[] three = TestData.Tokens(4, 3, 5);
        float[] projected = [.. three, .. three, .. three, .. three];
        float[] sensitivity = [.. Enumerable.Range(0, 12).Select(i => 1f + (i % 3))];
        for (int keep = 1; keep <= 12; keep++)
        {
            Assert.Equal(keep, Prune(method, projected, sensitivity, keep).SelectionOrder.ToArray().Distinct().Count());
        }
    }

    [Theory]
    [InlineData("ZooPrune")]
    [InlineData("DivPrune")]
    [InlineData("CdPruner")]
    public void Prune_DuplicatedTokens_DiverseMethodsTakeDistinctOnesFirst(string method)
    {
        float[] three = [1, 0, 0.3f, 0, 1, 0.2f, 0.5f, 0.1f, 1];
        float[] projected = [.. three, .. three, .. three, .. three];
        int[] order = Prune(method, projected, [.. Enumerable.Repeat(1f, 12)], 3).SelectionOrder.ToArray();
        Assert.Equal(3, order.Select(i => i % 3).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_TinyOrHugeValues_AreAnsweredAsPlainOnes(string method)
    {
        // Powers of two change no digit; 2^-140 makes the values denormal, 2^100 their squares infinite in float32.
        float[] projected = [.. TestData.Tokens(5, 15, 4).Select(value => MathF.Round(value * 64) / 64)];
        float[] sensitivity = [.. TestData.Uniform(5, 15).Select(value => 2 + MathF.Round(value * 512) / 512)];
        int[] expected = Prune(method, projected, sensitivity, 6).SelectionOrder.ToArray();
        foreach (int power in (int[])[100, -100, -140])
        {
            float[] scaled = [.. projected.Select(value => MathF.ScaleB(value, power))];
            Assert.Equal(expected, Prune(method, scaled, sensitivity, 6).SelectionOrder.ToArray());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-30f)]
    [InlineData(1e30f)]
    public void ZooPrune_AllSensitivitiesEqual_ChoosesByDiversity(float value)
    {
        float[] projected = TestData.Tokens(6, 20, 6);
        float[] equal = [.. Enumerable.Repeat(value, 20)];
        int[] order = Prune("ZooPrune", projected, equal, 8).SelectionOrder.ToArray();
        double worst = GreedyReplay.WorstShortfall([.. Enumerable.Repeat(1.0, 20)], projected, 6, 0, order);
        Assert.Equal(0, order[0]);
        Assert.InRange(worst, 0, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_NotFiniteProjection_NamesTheToken(string method)
    {
        foreach (float odd in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] projected = TestData.Tokens(7, 10, 4);
            projected[(6 * 4) + 1] = odd;
            ZooPruneException error = Assert.Throws<ZooPruneException>(() => Prune(method, projected, new float[10], 3));
            Assert.StartsWith(
                $"Projector ScriptedProjector: the projection of token 6 is {FormattableString.Invariant($"{odd}")}.",
                error.Message,
                StringComparison.Ordinal);
        }
    }

    private static TokenSelection Prune(string method, float[] projected, float[] sensitivity, int keep)
    {
        PruningInput input = new(new float[sensitivity.Length], [sensitivity.Length]) { Scores = sensitivity };
        PruningOptions options = PruningCase.Options(method, 0, KeepBudget.Tokens(keep));
        return new VisualTokenPruner(new ScriptedProjector(projected, sensitivity), options).Prune(input);
    }
}
