namespace ZooPrune.Tests;

/// <summary>
/// What must hold for every input, over 1,000 seeded cases: sizes, widths, tiles, protected tokens and options are drawn from the seed, and
/// a failure names it.
/// </summary>
public sealed class PruningPropertyTests
{
    private const int Cases = 1000;

    public static TheoryData<string> Methods => [.. PruningCase.MethodNames];

    [Theory]
    [InlineData("ZooPrune")]
    [InlineData("DivPrune")]
    [InlineData("Sensitivity")]
    [InlineData("Norm")]
    [InlineData("Random")]
    [InlineData("CdPruner")]
    [InlineData("Scores")]
    public void Prune_OneMoreToken_ExtendsTheChoice(string method) => ForEverySeed((draw, seed) =>
    {
        ScriptedProjector projector = draw.Projector();
        int keep = draw.Between(1, draw.Count);
        int[] some = draw.Prune(projector, draw.Options(method, keep)).SelectionOrder.ToArray();
        int[] more = draw.Prune(projector, draw.Options(method, keep + 1)).SelectionOrder.ToArray();
        Assert.True(more.AsSpan(0, some.Length).SequenceEqual(some), $"seed {seed}: keep {keep} of {draw.Count}");
    });

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_AnyInput_KeepsExactlyItsBudgetInOrder(string method) => ForEverySeed((draw, seed) =>
    {
        // K from 1 to past N; tiles and protected tokens as they come.
        ScriptedProjector projector = draw.Projector();
        int[] tiles = draw.Tiles();
        int[] guarded = draw.Protected();
        int keep = draw.Between(1, draw.Count + 2);
        PruningInput input = new(draw.Tokens, tiles) { Scores = draw.Scores, ProtectedTokens = guarded };
        TokenSelection selection = new VisualTokenPruner(projector, draw.Options(method, keep)).Prune(input);

        int candidates = draw.Count - guarded.Length;
        int[] order = selection.SelectionOrder.ToArray();
        int[] kept = selection.KeptIndices.ToArray();
        string what = $"seed {seed}: keep {keep} of {draw.Count}, {tiles.Length} tiles, {guarded.Length} protected";
        Assert.True(order.Length == Math.Min(keep, candidates), what);
        Assert.True(order.Distinct().Count() == order.Length && !order.Intersect(guarded).Any(), what);
        Assert.True(order.Concat(guarded).Order().SequenceEqual(kept), what);
        Assert.True(kept.All(i => i >= 0 && i < draw.Count), what);
        for (int k = 0; k < kept.Length; k++)
        {
            Assert.True(
                projector.Row(kept[k]).SequenceEqual(selection.KeptTokens.Slice(k * projector.OutputWidth, projector.OutputWidth)), what);
        }

        if (keep >= candidates)
        {
            Assert.True(Enumerable.Range(0, draw.Count).SequenceEqual(kept), what);
        }
    });

    [Theory]
    [InlineData("ZooPrune")]
    [InlineData("DivPrune")]
    [InlineData("Sensitivity")]
    [InlineData("Norm")]
    [InlineData("CdPruner")]
    [InlineData("DartOfFour")]
    [InlineData("Scores")]
    public void Prune_PermutedTokens_PermutesTheChoice(string method)
    {
        int compared = 0;
        ForEverySeed((draw, seed) =>
        {
            // Few dimensions make ties (all cosines 1 or -1, kernels without rank), and those go by index.
            if (draw.Width < 8)
            {
                return;
            }

            ScriptedProjector projector = draw.Projector();
            int keep = draw.Between(1, Math.Min(draw.Count, draw.Width) + 1);
            int[] permutation = [.. Enumerable.Range(0, draw.Count)];
            Array.Sort(TestData.Uniform(900_000 + seed, draw.Count), permutation);
            int[] straight = draw.Prune(projector, draw.Options(method, keep)).SelectionOrder.ToArray();
            float[] scores = [.. permutation.Select(i => draw.Scores[i])];
            PruningInput input = new(draw.Tokens, [draw.Count]) { Scores = scores };
            int[] mapped = [.. new VisualTokenPruner(projector.Permuted(permutation), draw.Options(method, keep))
                .Prune(input).SelectionOrder.ToArray().Select(i => permutation[i])];

            // Where the two loneliest tokens are each other's nearest, DivPrune begins with a tie, and the lower index is the other one.
            if (method != "DivPrune" || straight[0] == mapped[0])
            {
                compared++;
                Assert.True(
                    straight.AsSpan().SequenceEqual(mapped), $"seed {seed}: {string.Join(' ', straight)} / {string.Join(' ', mapped)}");
            }
        });
        Assert.InRange(compared, Cases / 3, Cases);
    }

    [Theory]
    [InlineData("ZooPrune")]
    [InlineData("Sensitivity")]
    public void Prune_ScaledSensitivities_ChangeNothing(string method) => ForEverySeed((draw, seed) =>
    {
        ScriptedProjector projector = draw.Projector();
        int keep = draw.Between(1, draw.Count + 1);
        int[] tiles = draw.Tiles();
        float factor = 1 << draw.Between(1, 12);
        TokenSelection plain = new VisualTokenPruner(projector, draw.Options(method, keep)).Prune(draw.Tokens, tiles);
        TokenSelection scaled = new VisualTokenPruner(projector.Scaled(factor), draw.Options(method, keep)).Prune(draw.Tokens, tiles);
        Assert.True(plain.SelectionOrder.SequenceEqual(scaled.SelectionOrder), $"seed {seed}, factor {factor}");
    });

    [Fact]
    public void Prune_ScaledScores_ChangeNothing() => ForEverySeed((draw, seed) =>
    {
        // A power of two scales without rounding; the 1e-6 in the relevance scales along where the range is large.
        ScriptedProjector projector = draw.Projector();
        int keep = draw.Between(1, Math.Min(draw.Count, draw.Width) + 1);
        float[] scores = [.. draw.Scores.Select(score => score * 4096)];
        PruningInput input = new(draw.Tokens, [draw.Count]) { Scores = scores };
        TokenSelection scaled = new VisualTokenPruner(projector, draw.Options("Scores", keep)).Prune(input);
        Assert.True(
            draw.Prune(projector, draw.Options("Scores", keep)).SelectionOrder.SequenceEqual(scaled.SelectionOrder), $"seed {seed}");
    });

    [Fact]
    public void Prune_LinearProjector_StepSizeIsIrrelevant() => ForEverySeed((draw, seed) =>
    {
        // Of M(x) = W x every token has the same response to a direction: sampled sensitivities are equal up to rounding, whatever h.
        int width = draw.Between(1, 8);
        LinearProjector projector = new(TestData.Uniform(seed, 3 * width), width);
        float[] tokens = TestData.Uniform(seed + 1, draw.Between(1, 9) * width);
        DirectionBank directions = DirectionBank.Gaussian(3, width, seed);
        double expected = Enumerable.Range(0, 3).Average(j => LengthOfResponse(projector, directions[j]));
        foreach (float step in (float[])[0.125f, 1, 8])
        {
            PruningOptions options = new() { Keep = KeepBudget.Tokens(1), StepSize = step };
            TokenSelection selection = new VisualTokenPruner(projector, options, directions).Prune(tokens, tokens.Length / width);
            foreach (float sensitivity in selection.Sensitivity)
            {
                // Rounding of x + h u and of M, relative to h: 4 float32 ulps of values up to 8, over 0.125.
                Near.Equal(expected, sensitivity, 1e-6, 2e-5, $"seed {seed}, step {step}");
            }
        }
    });

    [Theory]
    [MemberData(nameof(Methods))]
    public void Prune_OneAndEightThreads_GiveTheSameBits(string method)
    {
        // Large enough for the cosines to be shared out: N * N * H is above 2^27. By rows for few tokens, by Gram matrix for more.
        Draw draw = new(seed: 1, leastCount: 600, belowCount: 601, width: 401);
        ScriptedProjector projector = draw.Projector();
        foreach (int keep in (int[])[5, 90])
        {
            PruningOptions options = draw.Options(method, keep);
            TokenSelection one = draw.Prune(projector, Threads(options, 1));
            TokenSelection eight = draw.Prune(projector, Threads(options, 8));
            Assert.True(one.SelectionOrder.SequenceEqual(eight.SelectionOrder), $"keep {keep}");
        }

        static PruningOptions Threads(PruningOptions options, int threads) => options with
        {
            MaxThreads = threads,
            CustomSelection = options.CustomSelection switch
            {
                CdPrunerSelector => new CdPrunerSelector(threads),
                DartSelector => new DartSelector(4, maxThreads: threads),
                ISelectionMethod other => other,
                null => null,
            },
        };
    }

    private static double LengthOfResponse(LinearProjector projector, ReadOnlySpan<float> direction)
    {
        float[] response = new float[projector.OutputWidth];
        projector.Project(direction, response);
        return Math.Sqrt(response.Sum(value => (double)value * value));
    }

    private static void ForEverySeed(Action<Draw, int> body)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            body(new Draw(seed, 1, 40), seed);
        }
    }

    /// <summary>One case: N, H, Z, S and scores out of a seed.</summary>
    private sealed class Draw
    {
        private readonly Random _random;
        private readonly int _seed;

        public Draw(int seed, int leastCount, int belowCount, int width = 0)
        {
            _random = new Random(seed);
            _seed = seed;
            Count = Between(leastCount, belowCount);
            Width = width > 0 ? width : Between(1, 24);
            Tokens = new float[Count];
            Scores = TestData.Uniform(500_000 + seed, Count);
        }

        public int Count { get; }

        public int Width { get; }

        public float[] Tokens { get; }

        public float[] Scores { get; }

        public int Between(int least, int below) => _random.Next(least, Math.Max(below, least + 1));

        public ScriptedProjector Projector() => new(
            TestData.Tokens(100_000 + _seed, Count, Width),
            [.. TestData.Uniform(300_000 + _seed, Count).Select(value => value + 1.5f)]);

        public PruningOptions Options(string method, int keep) => PruningCase.Options(method, _seed, KeepBudget.Tokens(keep)) with
        {
            Centering = _seed % 4 * 0.25f,
            Sharpness = _seed % 3 == 0 ? 2 : null,
        };

        public TokenSelection Prune(ScriptedProjector projector, PruningOptions options) =>
            new VisualTokenPruner(projector, options).Prune(new PruningInput(Tokens, [Count]) { Scores = Scores });

        /// <summary>One to four tiles that add up to N.</summary>
        public int[] Tiles()
        {
            List<int> tiles = [];
            for (int left = Count; left > 0;)
            {
                tiles.Add(tiles.Count == 3 ? left : Between(1, left + 1));
                left -= tiles[^1];
            }

            return [.. tiles];
        }

        /// <summary>Between none and all tokens, ascending.</summary>
        public int[] Protected()
        {
            double share = Between(0, 4) * _random.NextDouble() / 2;
            return [.. Enumerable.Range(0, Count).Where(_ => _random.NextDouble() < share)];
        }
    }
}
