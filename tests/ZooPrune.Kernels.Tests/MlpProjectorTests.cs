namespace ZooPrune.Tests;

public sealed class MlpProjectorTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Project_HandSizedCase_IsTheFormula(string set)
    {
        // a = (1 * 2 + 0.5, -1 * 2 + 0) = (2.5, -2); g = (2.484475817, -0.045500264); z = 3 g0 - g1 + 1.
        MlpProjector projector = new([1, -1], [0.5f, 0], [3, -1], [1], 1, 2, 1, TokenKernels.Find(set));
        float[] z = new float[1];
        projector.Project([2], z);
        Near.Equal((3 * 2.484475817) + 0.045500264 + 1, z[0], 1e-7, 0);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ProjectWithSensitivity_HandSizedCase_IsTheJacobiansNorm(string set)
    {
        // J = W2 diag(g'(a)) W1 is a row of two here; its Frobenius norm over sqrt(D) = sqrt(2).
        MlpProjector projector = new([1, 2, -1, 0.5f], [0.25f, 0], [3, -1], [1], 2, 2, 1, TokenKernels.Find(set));
        float[] z = new float[1];
        float[] s = new float[1];
        projector.ProjectWithSensitivity([0.5f, -0.25f], z, s);
        double slope0 = Slope((1 * 0.5) + (2 * -0.25) + 0.25);
        double slope1 = Slope((-1 * 0.5) + (0.5 * -0.25));
        double left = (3 * slope0 * 1) + (-1 * slope1 * -1);
        double right = (3 * slope0 * 2) + (-1 * slope1 * 0.5);
        Near.Equal(Math.Sqrt(((left * left) + (right * right)) / 2), s[0], 1e-6, 0);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ProjectWithSensitivity_GoldenCases_AgreeWithFloat64(string set)
    {
        foreach (GoldenCase golden in GoldenCases.All.Cases.Where(golden => golden.Tokens <= 200))
        {
            float[] z = new float[golden.Tokens * golden.OutputWidth];
            float[] s = new float[golden.Tokens];
            golden.MakeProjector(TokenKernels.Find(set)).ProjectWithSensitivity(golden.MakeTokens(), z, s);
            float[] norms = [.. z.Chunk(golden.OutputWidth).Select(row => (float)Math.Sqrt(row.Sum(value => (double)value * value)))];
            Near.Equal(golden.ProjectedNorms, norms, 2e-6, 1e-7, $"norm, case {golden.Seed}");
            Near.Equal(golden.ClosedForm, s, 3e-6, 1e-7, $"S, case {golden.Seed}");
        }
    }

    [Fact]
    public void Project_NoTokens_DoesNothing() => TestData.Projector(1, 4, 5, 6).Project([], []);

    [Fact]
    public void Project_WrongLength_SaysWhatIsNeeded()
    {
        MlpProjector projector = TestData.Projector(1, 4, 5, 6);
        ArgumentException ragged = Assert.Throws<ArgumentException>(() => projector.Project(new float[9], new float[12]));
        Assert.Equal(
            "Visual tokens: it has 9 values, not a multiple of the width 4. Expected N x 4; check that the encoder output is taken "
            + "before the projector. (Parameter 'tokens')",
            ragged.Message);
        Assert.Equal("projected", Assert.Throws<ArgumentException>(() => projector.Project(new float[8], new float[11])).ParamName);
        Assert.Equal(
            "sensitivity",
            Assert.Throws<ArgumentException>(() => projector.ProjectWithSensitivity(new float[8], new float[12], new float[3])).ParamName);
    }

    [Theory]
    [InlineData(19, 5, 30, 6, "weight1")]
    [InlineData(20, 4, 30, 6, "bias1")]
    [InlineData(20, 5, 31, 6, "weight2")]
    [InlineData(20, 5, 30, 7, "bias2")]
    public void Constructor_WrongLength_NamesTheWeight(int weight1, int bias1, int weight2, int bias2, string parameter)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new MlpProjector(new float[weight1], new float[bias1], new float[weight2], new float[bias2], 4, 5, 6));
        Assert.Equal(parameter, error.ParamName);
        Assert.StartsWith($"MlpProjector, {parameter}: it has ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ZeroWidth_IsAnError()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpProjector([], [1], [1], [1], 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpProjector([], [], [], [1], 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpProjector([1], [1], [], [], 1, 1, -1));
    }

    [Fact]
    public void Constructor_UnknownGelu_IsAnError() => Assert.Equal(
        "MlpProjector, gelu: the value 7 has no name. It must be one of the members of GeluKind; use one of them. (Parameter 'gelu')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpProjector([1], [1], [1], [1], 1, 1, 1, (GeluKind)7)).Message);

    [Fact]
    public void Constructor_NotFiniteWeight_NamesItsPlace()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new MlpProjector([1, 1], [1], [float.NaN], [1], 2, 1, 1));
        Assert.Equal(
            "MlpProjector, weight2: value 0 is NaN. All weights must be finite; check the file they were read from. (Parameter 'weight2')",
            error.Message);
    }

    [Fact]
    public void Constructor_Weights_AreCopiedAndReadable()
    {
        float[] weight1 = [1, 2];
        MlpProjector projector = new(weight1, [3], [4, 5, 6], [7, 8, 9], 2, 1, 3);
        weight1[0] = 100;
        Assert.Equal([1, 2], projector.Weight1.ToArray());
        Assert.Equal([3], projector.Bias1.ToArray());
        Assert.Equal([4, 5, 6], projector.Weight2.ToArray());
        Assert.Equal([7, 8, 9], projector.Bias2.ToArray());
        Assert.Equal((2, 1, 3), (projector.InputWidth, projector.HiddenWidth, projector.OutputWidth));
        Assert.Same(projector, ((IClosedFormProjector)projector).Weights);
    }

    [Fact]
    public void ProjectWithSensitivity_OneAndEightThreads_GiveTheSameBits()
    {
        MlpProjector projector = TestData.Projector(2, 48, 200, 40);
        float[] tokens = TestData.Tokens(2, 333, 48);
        (float[] Z, float[] S) one = Run(projector.WithThreads(1));
        (float[] Z, float[] S) eight = Run(projector.WithThreads(8));
        Assert.Equal(one.Z, eight.Z);
        Assert.Equal(one.S, eight.S);

        (float[] Z, float[] S) Run(MlpProjector bounded)
        {
            float[] z = new float[333 * 40];
            float[] s = new float[333];
            bounded.ProjectWithSensitivity(tokens, z, s);
            return (z, s);
        }
    }

    private static double Slope(double a) => NormalDistribution.Cumulative(a) + (a * NormalDistribution.Density(a));
}
