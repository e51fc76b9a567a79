namespace ZooPrune.Tests;

/// <summary>The three sensitivities against float64, against each other, and their properties.</summary>
public sealed class SensitivityTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sampled_GoldenCases_AgreeWithFloat64(string set) => CheckGolden(set, SensitivityMethod.Sampled, golden => golden.Sampled);

    [Theory]
    [MemberData(nameof(Sets))]
    public void SharedProduct_GoldenCases_AgreeWithFloat64(string set) =>
        CheckGolden(set, SensitivityMethod.SharedProduct, golden => golden.Sampled);

    [Fact]
    public void Sampled_LinearProjector_IsTheSameForEveryStepSize()
    {
        LinearProjector linear = new(TestData.Uniform(1, 12 * 8), 8);
        float[] tokens = TestData.Tokens(1, 20, 8);
        DirectionBank directions = TestData.Directions(1, 16, 8);
        float[] expected = Sensitivity(linear, tokens, directions, 0.25f);
        foreach (float step in (float[])[1e-2f, 1, 16])
        {
            // Rounding of the nudged tokens and of Z, over 2 h.
            Near.Equal(expected, Sensitivity(linear, tokens, directions, step), 1e-4, 0, $"step {step}");
        }

        // A linear map is as sensitive everywhere: S is the mean of ||W u||.
        double direct = Enumerable.Range(0, 16).Average(j =>
        {
            float[] moved = new float[12];
            linear.Project(directions[j], moved);
            return Math.Sqrt(moved.Sum(value => (double)value * value));
        });
        Assert.All(expected, value => Near.Equal(direct, value, 1e-5, 0));
    }

    [Fact]
    public void Sampled_ManyDirections_RanksLikeTheClosedForm()
    {
        float[] tokens = TestData.Tokens(3, 120, 24);
        MlpProjector projector = TestData.Projector(3, 24, 40, 32);
        PruningOptions options = new() { Keep = KeepBudget.Tokens(1), Directions = 4096, Sensitivity = SensitivityMethod.SharedProduct };
        float[] sampled = new VisualTokenPruner(projector, options).Prune(tokens, 120).Sensitivity.ToArray();
        float[] exact = new VisualTokenPruner(projector, options with { Sensitivity = SensitivityMethod.ClosedForm })
            .Prune(tokens, 120).Sensitivity.ToArray();
        Assert.InRange(Spearman(sampled, exact), 0.99, 1);

        // E||Ju|| is at most sqrt(E||Ju||^2), and close to it.
        Assert.All(Enumerable.Range(0, 120), i => Assert.InRange(sampled[i] / exact[i], 0.9, 1.01));
    }

    [Fact]
    public void Sampled_MoreTokensThanAChunk_ChangesNothing()
    {
        // 4,096 values a token: 512 tokens fill a chunk of 2^22 floats.
        FakeProjector projector = new(1, 4096, (tokens, projected) =>
        {
            projected.Clear();
            for (int i = 0; i < tokens.Length; i++)
            {
                projected[i * 4096] = tokens[i] * tokens[i];
            }
        });
        float[] tokens = [.. Enumerable.Range(0, 1100).Select(i => i / 1024f)];
        float[] sensitivity = Sensitivity(projector, tokens, DirectionBank.FromRows([1], 1, 1), 0.125f);
        for (int i = 0; i < tokens.Length; i++)
        {
            Near.Equal(2 * tokens[i], sensitivity[i], 1e-5, 1e-5, $"token {i}");
        }
    }

    [Fact]
    public void Sampled_ProjectorPasses_AreTwoADirectionAndOne()
    {
        int rows = 0;
        FakeProjector counting = new(2, 2, (tokens, projected) =>
        {
            rows += tokens.Length / 2;
            tokens.CopyTo(projected);
        });
        Sensitivity(counting, TestData.Tokens(1, 10, 2), DirectionBank.Gaussian(7, 2, 0), 0.01f);
        Assert.Equal(10 * ((2 * 7) + 1), rows);
    }

    [Fact]
    public void Evaluate_FormOfAPureRotation_IsNeverNegative()
    {
        // d^T Q d of a projector whose output hardly moves: what rounding leaves must not become NaN.
        MlpProjector projector = new([1, 1, 1, 1], [-40, -40], [1, -1], [0], 2, 2, 1);
        float[] z = new float[1];
        float[] s = new float[1];
        projector.ProjectWithSensitivity([0, 0], z, s);
        Assert.Equal(0, s[0]);
    }

    [Fact]
    public void Form_SmallProjector_IsTheElementwiseProduct()
    {
        MlpProjector projector = TestData.Projector(4, 70, 150, 300);
        ReadOnlySpan<float> form = projector.Form.Values;
        for (int i = 0; i < 150; i += 7)
        {
            for (int j = 0; j < 150; j++)
            {
                double first = 0;
                double second = 0;
                for (int k = 0; k < 70; k++)
                {
                    first += (double)projector.Weight1[(i * 70) + k] * projector.Weight1[(j * 70) + k];
                }

                for (int k = 0; k < 300; k++)
                {
                    second += (double)projector.Weight2[(k * 150) + i] * projector.Weight2[(k * 150) + j];
                }

                Near.Equal(first * second, form[(i * 150) + j], 1e-6, 3e-6, $"Q[{i}, {j}]");
                Assert.Equal(form[(i * 150) + j], form[(j * 150) + i]);
            }
        }
    }

    [Fact]
    public void Form_SharedByBoundedCopies_IsComputedOnce()
    {
        MlpProjector projector = TestData.Projector(5, 4, 6, 5);
        Assert.Same(projector.Form, projector.WithThreads(2).Form);
    }

    private static void CheckGolden(string set, SensitivityMethod method, Func<GoldenCase, float[]> expected)
    {
        ITokenKernels kernels = TokenKernels.Find(set);
        foreach (GoldenCase golden in GoldenCases.All.Cases.Where(golden => golden.Tokens <= 200))
        {
            VisualTokenPruner pruner = new(
                golden.MakeProjector(kernels), golden.MakeOptions(SelectionMethod.Sensitivity, method), golden.MakeDirections(), kernels);
            float[] actual = pruner.Prune(golden.MakeTokens(), golden.Tiles).Sensitivity.ToArray();

            // Rounding of values near 1 (6e-8), over 2 h = 0.02, against sensitivities near 1.
            Near.Equal(expected(golden), actual, 3e-5, 3e-6, $"{method}, case {golden.Seed}");
        }
    }

    private static float[] Sensitivity(IProjector projector, float[] tokens, DirectionBank directions, float step)
    {
        PruningOptions options = new()
        {
            Keep = KeepBudget.Tokens(1),
            Selection = SelectionMethod.Sensitivity,
            Sensitivity = SensitivityMethod.Sampled,
            StepSize = step,
        };
        VisualTokenPruner pruner = new(projector, options, directions);
        return pruner.Prune(tokens, tokens.Length / projector.InputWidth).Sensitivity.ToArray();
    }

    private static double Spearman(float[] x, float[] y)
    {
        double[] rankX = Ranks(x);
        double[] rankY = Ranks(y);
        double n = x.Length;
        double squares = rankX.Zip(rankY, (a, b) => (a - b) * (a - b)).Sum();
        return 1 - (6 * squares / (n * ((n * n) - 1)));
    }

    private static double[] Ranks(float[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort([.. values], order);
        double[] ranks = new double[values.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            ranks[order[rank]] = rank;
        }

        return ranks;
    }
}
