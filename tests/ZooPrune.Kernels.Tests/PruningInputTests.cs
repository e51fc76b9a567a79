namespace ZooPrune.Tests;

/// <summary>What belongs to a call: protected tokens, scores, several images, budgets.</summary>
public sealed class PruningInputTests
{
    private const int Width = 12;

    public static TheoryData<string> Methods => [.. PruningCase.MethodNames];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_ProtectedTokens_AreKeptBesideTheChoiceAmongTheOthers(string method)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            // The protected tokens are wild: any mean, minimum or cosine that saw them would change the choice.
            const int Count = 45;
            int[] tiles = seed % 2 == 0 ? [45] : [20, 13, 12];
            int[] guarded = seed % 3 == 0 ? [0, 19, 20, 44] : [7, 8, 9, 33];
            float[] tokens = TestData.Tokens(seed, Count, Width);
            float[] scores = TestData.Uniform(seed, Count);
            foreach (int token in guarded)
            {
                tokens.AsSpan(token * Width, Width).Fill(50 + token);
                scores[token] = 1000 + token;
            }

            int[] others = [.. Enumerable.Range(0, Count).Except(guarded)];
            int[] lengths = [.. tiles.Select((length, tile) =>
                length - guarded.Count(token => token >= tiles[..tile].Sum() && token < tiles[..tile].Sum() + length))];
            VisualTokenPruner pruner = PruningCase.Pruner(method, seed, KeepBudget.Tokens(14), Width);
            TokenSelection together = pruner.Prune(new PruningInput(tokens, tiles) { Scores = scores, ProtectedTokens = guarded });
            TokenSelection alone = pruner.Prune(new PruningInput([.. others.SelectMany(i => tokens.Skip(i * Width).Take(Width))], lengths)
            {
                Scores = [.. others.Select(i => scores[i])],
            });

            Assert.Equal(Count, together.TokenCount);
            Assert.Equal(14, together.SelectionOrder.Length);
            Assert.Equal(guarded.Concat(together.SelectionOrder.ToArray()).Order(), together.KeptIndices.ToArray());
            if (method != nameof(SelectionMethod.Random))
            {
                // Random hashes positions, which protected tokens move on.
                Assert.True(
                    alone.SelectionOrder.ToArray().Select(i => others[i]).SequenceEqual(together.SelectionOrder.ToArray()), $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Prune_EveryTokenProtected_KeepsThemAllAndChoosesNone()
    {
        VisualTokenPruner pruner = PruningCase.Pruner("ZooPrune", 1, KeepBudget.Ratio(0.1), Width);
        TokenSelection selection = pruner.Prune(new PruningInput(TestData.Tokens(1, 3, Width), [2, 1]) { ProtectedTokens = [0, 1, 2] });
        Assert.Equal([0, 1, 2], selection.KeptIndices.ToArray());
        Assert.Equal(0, selection.SelectionOrder.Length);
        Assert.Equal(3 * PruningCase.OutputWidth, selection.KeptTokens.Length);
        Assert.Equal(3, selection.Sensitivity.Length);
        Assert.Null(selection.Note);
    }

    [Fact]
    public void Prune_RatioWithProtectedTokens_IsAShareOfTheCandidates()
    {
        VisualTokenPruner pruner = PruningCase.Pruner("Norm", 1, KeepBudget.Ratio(0.5), Width);
        TokenSelection selection = pruner.Prune(new PruningInput(TestData.Tokens(1, 20, Width), [20]) { ProtectedTokens = [3, 4, 5, 6] });
        Assert.Equal(8, selection.SelectionOrder.Length);
        Assert.Equal(12, selection.KeptIndices.Length);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void PruneImages_SeveralImages_AreAsIfTheyCameAlone(string method)
    {
        PruningWorkspace workspace = new();
        for (int seed = 0; seed < 20; seed++)
        {
            int[][] images = [[30], [10, 7, 12], [1], [25, 25]];
            KeepBudget[] budgets = [KeepBudget.Tokens(6), KeepBudget.Ratio(0.4), KeepBudget.Tokens(5), KeepBudget.Tokens(49)];
            int[][] guarded = [[2, 29], [9, 10], [], [24]];
            int count = images.Sum(tiles => tiles.Sum());
            float[] tokens = TestData.Tokens(seed, count, Width);
            float[] scores = TestData.Uniform(seed, count);
            int[] firsts = [0, 30, 59, 60];

            VisualTokenPruner pruner = PruningCase.Pruner(method, seed, KeepBudget.Tokens(3), Width);
            PruningInput all = new(tokens, [.. images.SelectMany(tiles => tiles)])
            {
                TilesPerImage = [.. images.Select(tiles => tiles.Length)],
                Budgets = budgets,
                Scores = scores,
                ProtectedTokens = [.. guarded.SelectMany((list, image) => list.Select(token => firsts[image] + token))],
            };
            IReadOnlyList<TokenSelection> together = pruner.PruneImages(all, seed % 2 == 0 ? workspace : null);
            Assert.Equal(4, together.Count);
            for (int image = 0; image < 4; image++)
            {
                int own = images[image].Sum();
                VisualTokenPruner single = PruningCase.Pruner(method, seed, budgets[image], Width);
                TokenSelection alone = single.Prune(new PruningInput(tokens.AsSpan(firsts[image] * Width, own * Width), images[image])
                {
                    Scores = scores.AsSpan(firsts[image], own),
                    ProtectedTokens = guarded[image],
                });
                PruningWorkspaceTests.AssertSame(alone, together[image], $"seed {seed}, image {image}");
            }
        }
    }

    [Fact]
    public void PruneImages_NoBudgets_UseTheOptionsForEachImage()
    {
        VisualTokenPruner pruner = PruningCase.Pruner("Norm", 1, KeepBudget.Ratio(0.5), Width);
        PruningInput input = new(TestData.Tokens(1, 30, Width), [20, 10]) { TilesPerImage = [1, 1] };
        Assert.Equal([10, 5], pruner.PruneImages(input).Select(selection => selection.KeptIndices.Length));
    }

    [Fact]
    public void Prune_PartsThatDoNotFit_SayWhatIsNeeded()
    {
        AssertError(
            () => Norm().Prune(new PruningInput(new float[4 * Width], [2, 2]) { TilesPerImage = [1, 1] }),
            "PruningInput.TilesPerImage: it describes 2 images. Prune returns the selection of one; use PruneImages.");
        AssertError(
            () => Norm().PruneImages(new PruningInput(new float[4 * Width], [2, 2]) { TilesPerImage = [1, 2] }),
            "PruningInput.TilesPerImage: its images have 3 tiles together, but there are 2 tile lengths. The sum must be their number; "
            + "check both lists.");
        AssertError(
            () => Norm().PruneImages(new PruningInput(new float[4 * Width], [2, 2]) { TilesPerImage = [2, 0] }),
            "PruningInput.TilesPerImage: image 1 has 0 tiles. Every image needs 1 tile or more; leave images without tokens out.");
        AssertError(
            () => Norm().Prune(new PruningInput(new float[4 * Width], [2, 2]) { Budgets = [KeepBudget.Tokens(1), KeepBudget.Tokens(1)] }),
            "PruningInput.Budgets: there are 2 budgets for 1 images. It needs one budget an image; leave the list out to use "
            + "PruningOptions.Keep for all.");
        AssertError(
            () => Norm().Prune(new PruningInput(new float[4 * Width], [2, 2]) { Budgets = [default] }),
            "PruningInput.Budgets: the budget of image 0 is not set (default). It must be a count or a share; create it with "
            + "KeepBudget.Tokens or KeepBudget.Ratio.");
        AssertError(
            () => Norm().Prune(default),
            "Visual tokens: the list of tile lengths is empty. It needs one length a tile; pass the token count where the image has one "
            + "tile.",
            "tileLengths");
    }

    [Theory]
    [InlineData(new[] { 1, 1 }, 1, 1, 1)]
    [InlineData(new[] { 3, 2 }, 1, 2, 3)]
    [InlineData(new[] { -1 }, 0, -1, -1)]
    [InlineData(new[] { 0, 4 }, 1, 4, 0)]
    public void Prune_ProtectedTokensNotAscendingInRange_NamesThePlace(int[] guarded, int place, int token, int previous) => AssertError(
        () => Norm().Prune(new PruningInput(new float[4 * Width], [4]) { ProtectedTokens = guarded }),
        $"PruningInput.ProtectedTokens: number {place} is {token}, after {previous}, of 4 visual tokens. They must ascend, each once, "
        + "from 0 to 3; sort them and count over all tokens of the call.");

    [Fact]
    public void Prune_ScoresMissingOrOdd_SayWhatIsNeeded()
    {
        AssertError(
            () => PruningCase.Pruner("CdPruner", 1, KeepBudget.Tokens(1), Width).Prune(new float[4 * Width], 4),
            "PruningInput.Scores: it is empty, and the selection CdPrunerSelector uses it. It needs one score a visual token, 4 here; "
            + "pass them in a PruningInput, or choose a method without scores.");
        AssertError(
            () => Norm().Prune(new PruningInput(new float[4 * Width], [4]) { Scores = [1, 2] }),
            "PruningInput.Scores: it has 2 values. It needs N = 4; check the shape and that it is row-major.");
        AssertError(
            () => Norm().Prune(new PruningInput(new float[4 * Width], [4]) { Scores = [1, 2, float.NaN, 3] }),
            "PruningInput.Scores: the score of token 2 is NaN. All scores must be finite; check how they are computed.");
    }

    private static VisualTokenPruner Norm() => PruningCase.Pruner("Norm", 1, KeepBudget.Tokens(1), Width);

    private static void AssertError(Func<object> call, string message, string parameter = "input") =>
        Assert.Equal($"{message} (Parameter '{parameter}')", Assert.ThrowsAny<ArgumentException>(call).Message);
}
