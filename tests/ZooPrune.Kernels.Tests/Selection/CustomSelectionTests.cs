using System.Numerics.Tensors;

namespace ZooPrune.Tests;

/// <summary>Methods of the user's own; the first is the example of docs/adding-a-selection-method.md, word for word.</summary>
public sealed class CustomSelectionTests
{
    private const int Width = 12;

    [Fact]
    public void Prune_ExampleOfTheDocs_SkipsNearDuplicatesOfWhatItKept()
    {
        // Sensitivity falls from left to right; 1 repeats 0, and 3 repeats 2.
        float[] projected = [1, 0, 1, 0.01f, 0, 1, 0.01f, 1, 1, 1];
        PruningOptions options = new() { Keep = KeepBudget.Tokens(3), CustomSelection = new SkipDuplicates(0.95f) };
        Assert.Equal([0, 2, 4], new ScriptedProjector(projected, [5, 4, 3, 2, 1]).Prune(options).SelectionOrder.ToArray());

        // Too few distinct tokens: the most sensitive of the others.
        options = options with { Keep = KeepBudget.Tokens(4) };
        Assert.Equal([0, 2, 4, 1], new ScriptedProjector(projected, [5, 4, 3, 2, 1]).Prune(options).SelectionOrder.ToArray());

        // Tiles: two of the first, where one repeats the other; two of the second.
        Assert.Equal([0, 1, 4, 2], new ScriptedProjector(projected, [5, 4, 3, 2, 6]).Prune(options, 2, 3).SelectionOrder.ToArray());
    }

    [Fact]
    public void Docs_Example_IsTheClassTestedHere()
    {
        string docs = Path.Combine(AppContext.BaseDirectory, "Docs");
        string page = File.ReadAllText(Path.Combine(docs, "adding-a-selection-method.md"));
        string example = page.Split("```csharp\n")[1].Split("\n```")[0].Replace(
            "public sealed class", "private sealed class", StringComparison.Ordinal);
        IEnumerable<string> indented = example.Split('\n').Select(line => line.Length == 0 ? line : "    " + line);
        Assert.Contains(
            string.Join('\n', indented), File.ReadAllText(Path.Combine(docs, "CustomSelectionTests.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Select_ScoredTokensMadeByHand_AreEnoughToTestAMethod()
    {
        int[] order = new int[2];
        new SkipDuplicates(0.95f).Select(new ScoredTokens([1, 0, 1, 0, 0, 1], [3, 2, 1], 3, 0), order);
        Assert.Equal([0, 2], order);
    }

    [Fact]
    public void Prune_Seam_HandsOverTilesScoresAndPositions()
    {
        Spy spy = new();
        PruningOptions options = new() { Keep = KeepBudget.Tokens(4), CustomSelection = spy };
        float[] tokens = TestData.Tokens(1, 9, 3);
        PruningInput input = new(tokens, [4, 5])
        {
            Scores = [10, 11, 12, 13, 14, 15, 16, 17, 18],
            ProtectedTokens = [1, 8],
        };
        TokenSelection selection = new VisualTokenPruner(FakeProjector.Identity(3), options).Prune(input);
        Assert.Equal(["0 2 3 | 10 12 13 | 10 12 13 14 15 16 17", "4 5 6 7 | 14 15 16 17 | 10 12 13 14 15 16 17"], spy.Seen);
        Assert.Equal([0, 1, 2, 4, 5, 8], selection.KeptIndices.ToArray());
        Assert.Equal([0, 2, 4, 5], selection.SelectionOrder.ToArray());
        Assert.True(selection.Sensitivity.IsEmpty);
    }

    [Fact]
    public void Prune_MethodThatJoinsTiles_SeesOneTile()
    {
        Spy spy = new(joinsTiles: true);
        PruningOptions options = new() { Keep = KeepBudget.Tokens(2), CustomSelection = spy };
        new VisualTokenPruner(FakeProjector.Identity(3), options).Prune(new PruningInput(new float[27], [4, 5]) { Scores = new float[9] });
        Assert.Single(spy.Seen);
    }

    [Theory]
    [InlineData(new[] { 0, 0 }, 0)]
    [InlineData(new[] { 0, 3 }, 3)]
    [InlineData(new[] { -5, 1 }, -5)]
    [InlineData(new[] { 1 }, -1)]
    public void Prune_MethodChoosesWrongly_IsNamed(int[] choice, int index)
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(2), CustomSelection = new Fixed(choice) };
        VisualTokenPruner pruner = new(FakeProjector.Identity(Width), options);
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => pruner.Prune(new float[3 * Width], 3));
        Assert.Equal(
            $"Selection Fixed: it chose candidate {index} of 3, which does not exist or was chosen before. It must write distinct "
            + "indices from 0 to 2 into all of order; check its Select.",
            error.Message);
    }

    [Fact]
    public void Prune_MassNotANumber_NamesMethodAndTile()
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(2), CustomSelection = new Fixed([0, 1], double.NaN) };
        VisualTokenPruner pruner = new(FakeProjector.Identity(Width), options);
        ZooPruneException error = Assert.Throws<ZooPruneException>(() => pruner.Prune(new float[4 * Width], [2, 2]));
        Assert.Equal("Selection Fixed: the mass of tile 0 is NaN. It must be a number; check its Mass.", error.Message);
    }

    [Fact]
    public void Constructor_CustomSelectionBesideANamedOne_IsAnError()
    {
        PruningOptions options = new() { Keep = KeepBudget.Tokens(2), Selection = SelectionMethod.Norm, CustomSelection = new Fixed([0]) };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new VisualTokenPruner(FakeProjector.Identity(4), options));
        Assert.Equal(
            "PruningOptions.CustomSelection: Fixed was given together with Selection = Norm. Only one of them can choose; leave "
            + "Selection out to use Fixed. (Parameter 'options')",
            error.Message);
    }

    [Fact]
    public void ScoredTokens_PartsThatDoNotFit_AreErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoredTokens([], [], 0, 0).Count);
        Assert.Throws<ArgumentException>(() => new ScoredTokens([1, 2, 3], [], 2, 0).Count);
        Assert.Throws<ArgumentException>(() => new ScoredTokens([1, 2, 3], [1], 3, 0).Count);
    }

    /// <summary>The most sensitive tokens, leaving out what is almost equal to a kept one.</summary>
    private sealed class SkipDuplicates(float limit) : ISelectionMethod
    {
        public bool UsesSensitivity => true;

        public void Select(in ScoredTokens tokens, Span<int> order)
        {
            float[] falling = [.. tokens.Sensitivity];
            int[] candidates = [.. Enumerable.Range(0, tokens.Count)];
            Array.Sort(falling, candidates, Comparer<float>.Create((x, y) => y.CompareTo(x)));

            int kept = 0;
            int skipped = 0;
            foreach (int candidate in candidates)
            {
                if (kept < order.Length && !RepeatsOneOf(order[..kept], tokens, candidate))
                {
                    order[kept++] = candidate;
                }
                else
                {
                    candidates[skipped++] = candidate;
                }
            }

            candidates.AsSpan(0, order.Length - kept).CopyTo(order[kept..]);
        }

        private bool RepeatsOneOf(ReadOnlySpan<int> kept, in ScoredTokens tokens, int candidate)
        {
            foreach (int other in kept)
            {
                if (TensorPrimitives.CosineSimilarity(tokens.Token(candidate), tokens.Token(other)) > limit)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private sealed class Spy(bool joinsTiles = false) : ISelectionMethod
    {
        public List<string> Seen { get; } = [];

        public bool UsesSensitivity => false;

        public bool UsesScores => true;

        public bool JoinsTiles => joinsTiles;

        public void Select(in ScoredTokens tokens, Span<int> order)
        {
            List<int> positions = [];
            for (int i = 0; i < tokens.Count; i++)
            {
                positions.Add(tokens.PositionOf(i));
                Assert.Equal(tokens.Projected.Slice(i * tokens.Width, tokens.Width), tokens.Token(i));
            }

            Seen.Add(
                $"{string.Join(' ', positions)} | {string.Join(' ', tokens.Scores.ToArray())} | "
                + $"{string.Join(' ', tokens.ImageScores.ToArray())}");
            for (int k = 0; k < order.Length; k++)
            {
                order[k] = k;
            }
        }
    }

    private sealed class Fixed(int[] choice, double mass = 0) : ISelectionMethod
    {
        public bool UsesSensitivity => false;

        public double Mass(in ScoredTokens tokens) => mass;

        public void Select(in ScoredTokens tokens, Span<int> order) => choice.CopyTo(order);
    }
}
