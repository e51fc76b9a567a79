namespace ZooPrune.Tests;

/// <summary>Properties that hold for every seeded case.</summary>
public sealed class VisualTokenPrunerTests
{
    private const int Width = 12;
    private const int Hidden = 20;
    private const int Output = 16;

    public static TheoryData<SelectionMethod> GreedyMethods =>
        [SelectionMethod.ZooPrune, SelectionMethod.DivPrune, SelectionMethod.Sensitivity, SelectionMethod.Norm, SelectionMethod.Random];

    public static TheoryData<SelectionMethod> AllMethods =>
        [.. PruningCase.PlainMethods];

    [Theory]
    [MemberData(nameof(GreedyMethods))]
    public void Prune_OneMoreToken_KeepsThePrefix(SelectionMethod method)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            int count = 10 + (seed * 7);
            float[] tokens = TestData.Tokens(seed, count, Width);
            int[] all = Prune(seed, tokens, Options(count, method)).SelectionOrder.ToArray();
            for (int keep = 1; keep < count; keep += 1 + (seed % 5))
            {
                int[] some = Prune(seed, tokens, Options(keep, method)).SelectionOrder.ToArray();
                Assert.True(all.AsSpan(0, keep).SequenceEqual(some), $"seed {seed}, keep {keep}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void Prune_BudgetOfAllOrMore_KeepsAllInOrder(SelectionMethod method)
    {
        float[] tokens = TestData.Tokens(1, 30, Width);
        foreach (int keep in (int[])[30, 31, 700])
        {
            TokenSelection selection = Prune(1, tokens, Options(keep, method));
            float[] projected = new float[30 * Output];
            TestData.Projector(1, Width, Hidden, Output).Project(tokens, projected);
            Assert.Equal(Enumerable.Range(0, 30), selection.KeptIndices.ToArray());
            Assert.Equal(Enumerable.Range(0, 30), selection.SelectionOrder.ToArray().Order());
            Assert.Equal(projected, selection.KeptTokens.ToArray());
            Assert.Equal(keep > 30 ? $"keep {keep} of 30: all tokens kept" : null, selection.Note);
        }
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void Prune_AnyBudget_KeepsDistinctAscendingTokensAndTheirProjection(SelectionMethod method)
    {
        float[] tokens = TestData.Tokens(2, 50, Width);
        float[] projected = new float[50 * Output];
        TestData.Projector(2, Width, Hidden, Output).Project(tokens, projected);
        for (int keep = 1; keep <= 50; keep += 7)
        {
            TokenSelection selection = Prune(2, tokens, Options(keep, method));
            int[] kept = selection.KeptIndices.ToArray();
            Assert.Equal(keep, kept.Length);
            Assert.Equal(50, selection.TokenCount);
            Assert.Equal(kept.Distinct().Order(), kept);
            Assert.Equal(kept, selection.SelectionOrder.ToArray().Order());
            Assert.Equal(kept.SelectMany(i => projected.Skip(i * Output).Take(Output)), selection.KeptTokens.ToArray());
        }
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.DivPrune)]
    [InlineData(SelectionMethod.Sensitivity)]
    [InlineData(SelectionMethod.Norm)]
    public void Prune_PermutedTokens_PermutesTheChoice(SelectionMethod method)
    {
        int compared = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            const int Count = 60;
            float[] tokens = TestData.Tokens(seed, Count, Width);
            int[] permutation = [.. Enumerable.Range(0, Count)];
            Array.Sort(TestData.Uniform(1000 + seed, Count), permutation);
            float[] permuted = [.. permutation.SelectMany(i => tokens.Skip(i * Width).Take(Width))];

            int[] straight = Prune(seed, tokens, Options(20, method)).SelectionOrder.ToArray();
            int[] mapped = [.. Prune(seed, permuted, Options(20, method)).SelectionOrder.ToArray().Select(i => permutation[i])];

            // Where the two loneliest tokens are each other's nearest, DivPrune begins with a tie, and the lower index is the other one.
            if (method != SelectionMethod.DivPrune || straight[0] == mapped[0])
            {
                compared++;
                Assert.True(
                    straight.AsSpan().SequenceEqual(mapped), $"seed {seed}: {string.Join(' ', straight)} / {string.Join(' ', mapped)}");
            }
        }

        Assert.InRange(compared, method == SelectionMethod.DivPrune ? 8 : 20, 20);
    }

    [Fact]
    public void Prune_ScaledSensitivities_ChangesNothing()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            float[] projected = TestData.Tokens(seed, 40, 8);
            float[] sensitivity = [.. TestData.Uniform(seed, 40).Select(value => value + 1.5f)];
            foreach (float? sharpness in (float?[])[null, 0.5f, 2])
            {
                PruningOptions options = Options(15, SelectionMethod.ZooPrune) with { Sharpness = sharpness };
                int[] expected = new ScriptedProjector(projected, sensitivity).Prune(options).SelectionOrder.ToArray();
                int[] scaled =
                    new ScriptedProjector(projected, [.. sensitivity.Select(value => value * 64)]).Prune(options).SelectionOrder.ToArray();
                Assert.True(expected.AsSpan().SequenceEqual(scaled), $"seed {seed}, sharpness {sharpness}");
            }
        }
    }

    [Fact]
    public void Prune_OnePrunerOnManyThreads_GivesTheSameAnswers()
    {
        VisualTokenPruner pruner = new(TestData.Projector(4, Width, Hidden, Output), Options(10, SelectionMethod.ZooPrune));
        float[][] images = [.. Enumerable.Range(0, 8).Select(seed => TestData.Tokens(seed, 80, Width))];
        int[][] alone = [.. images.Select(image => pruner.Prune(image, 80).SelectionOrder.ToArray())];
        Parallel.For(0, 200, i => Assert.Equal(alone[i % 8], pruner.Prune(images[i % 8], 80).SelectionOrder.ToArray()));
    }

    [Fact]
    public void Prune_Tiles_EachChoosesAsIfAlone()
    {
        int[] tiles = [30, 4, 36];
        float[] tokens = TestData.Tokens(5, 70, Width);
        TokenSelection together = Prune(5, tokens, Options(31, SelectionMethod.ZooPrune), tiles);
        Assert.Equal("tile 1 has 4 tokens, fewer than its share of 10: all of them kept, the rest given to other tiles", together.Note);
        Assert.Equal(31, together.KeptIndices.ToArray().Distinct().Count());

        int first = 0;
        int filled = 0;
        foreach (int length in tiles)
        {
            int start = first;
            int share = together.KeptIndices.ToArray().Count(i => i >= start && i < start + length);
            float[] tile = tokens[(start * Width)..((start + length) * Width)];
            int[] alone = Prune(5, tile, Options(share, SelectionMethod.ZooPrune)).SelectionOrder.ToArray();
            Assert.Equal(alone.Select(i => i + start), together.SelectionOrder.Slice(filled, share).ToArray());
            first += length;
            filled += share;
        }
    }

    [Fact]
    public void Prune_TilesRemainder_GoesToTheLargestSensitivityMass()
    {
        float[] projected = TestData.Tokens(6, 30, 4);
        float[] sensitivity = [.. Enumerable.Range(0, 30).Select(i => i < 10 ? 2f : i < 20 ? 1f : 3f)];
        TokenSelection selection = new ScriptedProjector(projected, sensitivity).Prune(Options(11, SelectionMethod.ZooPrune), 10, 10, 10);
        int[] perTile = [.. Enumerable.Range(0, 3).Select(tile => selection.KeptIndices.ToArray().Count(i => i / 10 == tile))];
        Assert.Equal([4, 3, 4], perTile);
        Assert.Null(selection.Note);
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void Prune_SingleToken_KeepsIt(SelectionMethod method)
    {
        TokenSelection selection = Prune(7, TestData.Tokens(7, 1, Width), Options(1, method));
        Assert.Equal([0], selection.KeptIndices.ToArray());
        Assert.Equal([0], selection.SelectionOrder.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void Prune_IdenticalTokens_KeepsTheFirst(SelectionMethod method)
    {
        float[] token = TestData.Tokens(8, 1, Width);
        float[] tokens = [.. Enumerable.Repeat(token, 20).SelectMany(row => row)];
        foreach (float centering in (float[])[0, 1])
        {
            int[] kept = Prune(8, tokens, Options(5, method) with { Centering = centering }).KeptIndices.ToArray();
            if (method is not (SelectionMethod.Uniform or SelectionMethod.Random))
            {
                Assert.Equal([0, 1, 2, 3, 4], kept);
            }

            Assert.Equal(5, kept.Distinct().Count());
        }
    }

    [Fact]
    public void Prune_DenormalTokens_AreFine()
    {
        float[] tokens = [.. TestData.Tokens(9, 20, Width).Select(value => value * 1e-42f)];
        Assert.Equal(5, Prune(9, tokens, Options(5, SelectionMethod.ZooPrune)).KeptIndices.Length);
    }

    [Fact]
    public void KeepAll_Tokens_IsEverythingProjectedInOrder()
    {
        MlpProjector projector = TestData.Projector(1, Width, 6, 2);
        float[] tokens = TestData.Tokens(1, 3, Width);
        float[] projected = new float[6];
        projector.Project(tokens, projected);

        TokenSelection all = VisualTokenPruner.KeepAll(projector, tokens, 3, "why");

        Assert.Equal([0, 1, 2], all.KeptIndices.ToArray());
        Assert.Equal([0, 1, 2], all.SelectionOrder.ToArray());
        Assert.Equal(projected, all.KeptTokens.ToArray());
        Assert.Equal((3, "why"), (all.TokenCount, all.Note));
        Assert.Null(all.SensitivityMethodUsed);
        Assert.True(all.Sensitivity.IsEmpty);
        Assert.Throws<ArgumentException>(() => VisualTokenPruner.KeepAll(projector, tokens, 4));
    }

    [Fact]
    public void Among_MoreTokens_NumbersThemAsThere()
    {
        TokenSelection chosen = Prune(5, TestData.Tokens(5, 6, Width), Options(3, SelectionMethod.ZooPrune));
        int[] places = [0, 2, 3, 7, 8, 11];

        TokenSelection among = chosen.Among(places, 12);

        Assert.Equal(chosen.KeptIndices.ToArray().Select(index => places[index]), among.KeptIndices.ToArray());
        Assert.Equal(chosen.SelectionOrder.ToArray().Select(index => places[index]), among.SelectionOrder.ToArray());
        Assert.Equal(chosen.KeptTokens.ToArray(), among.KeptTokens.ToArray());
        Assert.Equal(12, among.Sensitivity.Length);
        Assert.Equal(chosen.Sensitivity.ToArray(), places.Select(place => among.Sensitivity[place]));
        Assert.Equal(0, among.Sensitivity[1]);
        Assert.Equal((12, chosen.SensitivityMethodUsed), (among.TokenCount, among.SensitivityMethodUsed));
    }

    [Fact]
    public void Among_WrongIndices_SaysWhich()
    {
        TokenSelection chosen = Prune(5, TestData.Tokens(5, 3, Width), Options(2, SelectionMethod.ZooPrune));

        Assert.Equal(
            "Token selection: there are 2 indices. Expected 3, one a token that could be chosen; pass where each token stands among all. "
            + "(Parameter 'indices')",
            Assert.Throws<ArgumentException>(() => chosen.Among([0, 1], 5)).Message);
        Assert.Equal(
            "Token selection: index 2 is not above the one before it and below 5. Expected ascending indices; pass where each token stands "
            + "among all. (Parameter 'indices')",
            Assert.Throws<ArgumentException>(() => chosen.Among([0, 3, 3], 5)).Message);
        Assert.Throws<ArgumentException>(() => chosen.Among([0, 1, 5], 5));
    }

    [Theory]
    [InlineData(SelectionMethod.ZooPrune)]
    [InlineData(SelectionMethod.DivPrune)]
    [InlineData(SelectionMethod.Random)]
    public void NoteOn_Tiles_IsTheNoteOfAPrune(SelectionMethod method)
    {
        int[][] images = [[9], [1, 8], [2, 2, 5]];
        foreach (KeepBudget keep in (KeepBudget[])[KeepBudget.Tokens(6), KeepBudget.Tokens(40), KeepBudget.Ratio(0.2)])
        {
            var pruner = new VisualTokenPruner(
                TestData.Projector(2, Width, 6, 2), new PruningOptions { Keep = keep, Selection = method });
            foreach (int[] tiles in images)
            {
                TokenSelection pruned = pruner.Prune(TestData.Tokens(2, 9, Width), tiles);
                Assert.Equal(pruned.Note, pruner.NoteOn(tiles));
                Assert.Equal(pruned.SensitivityMethodUsed, pruner.SensitivityMethodUsed);
            }
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Prune_LlavaSize_FormOfSixtyFourMegabytesWorks()
    {
        MlpProjector projector = TestData.Projector(11, 64, 4096, 64);
        TokenSelection selection = new VisualTokenPruner(projector, Options(64, SelectionMethod.ZooPrune)).Prune(
            TestData.Tokens(11, 576, 64), 576);
        Assert.Equal(64, selection.KeptIndices.Length);
        Assert.Equal(SensitivityMethod.ClosedForm, selection.SensitivityMethodUsed);
        Assert.All(selection.Sensitivity.ToArray(), value => Assert.True(value > 0));
    }

    private static PruningOptions Options(int keep, SelectionMethod method) => new() { Keep = KeepBudget.Tokens(keep), Selection = method };

    private static TokenSelection Prune(int seed, float[] tokens, PruningOptions options, params int[] tiles)
    {
        VisualTokenPruner pruner = new(TestData.Projector(seed, Width, Hidden, Output), options);
        return tiles.Length == 0 ? pruner.Prune(tokens, tokens.Length / Width) : pruner.Prune(tokens, tiles);
    }
}

/// <summary>In the collection that runs alone: while other tests keep the thread pool busy, loops may stay on one thread.</summary>
[Collection(nameof(RunsAlone))]
public sealed class VisualTokenPrunerThreadTests
{
    [Theory]
    [InlineData(SelectionMethod.ZooPrune, SensitivityMethod.ClosedForm)]
    [InlineData(SelectionMethod.ZooPrune, SensitivityMethod.SharedProduct)]
    [InlineData(SelectionMethod.ZooPrune, SensitivityMethod.Sampled)]
    [InlineData(SelectionMethod.DivPrune, SensitivityMethod.Auto)]
    public void Prune_OneAndEightThreads_GiveTheSameBits(SelectionMethod method, SensitivityMethod sensitivity)
    {
        const int Count = 300;
        float[] tokens = TestData.Tokens(3, Count, 33);
        MlpProjector projector = TestData.Projector(3, 33, 70, 50);
        foreach (int keep in (int[])[5, 100])
        {
            PruningOptions options = new()
            {
                Keep = KeepBudget.Tokens(keep),
                Selection = method,
                Sensitivity = sensitivity,
                Directions = 5,
                Centering = 0.9f,
                MaxThreads = 1,
            };
            TokenSelection one = new VisualTokenPruner(projector, options).Prune(tokens, Count);
            for (int repeat = 0; repeat < 5; repeat++)
            {
                TokenSelection eight = new VisualTokenPruner(projector, options with { MaxThreads = 8 }).Prune(tokens, Count);
                Assert.Equal(one.SelectionOrder.ToArray(), eight.SelectionOrder.ToArray());
                Assert.Equal(one.Sensitivity.ToArray(), eight.Sensitivity.ToArray());
                Assert.Equal(one.KeptTokens.ToArray(), eight.KeptTokens.ToArray());
            }
        }
    }
}
