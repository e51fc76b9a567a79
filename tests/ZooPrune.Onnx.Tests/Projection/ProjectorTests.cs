using ZooPrune.Onnx.Projection;

namespace ZooPrune.Onnx.Tests;

public sealed class ProjectorTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<IDisposable> _opened = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(576)]
    public void Project_AnyCount_AgreesWithManagedCode(int count)
    {
        MlpWeights weights = ProjectorGraphs.Weights(12, 20, 9);
        IProjector projector = Load(ProjectorGraphs.SpelledGelu(weights), 12);
        float[] tokens = Near.Random(count * 12, 1);
        float[] expected = new float[count * 9];
        float[] got = new float[count * 9];

        ProjectorGraphs.Reference(weights).Project(tokens, expected);
        projector.Project(tokens, got);

        Near.Equal(expected, got, 1e-5);
    }

    [Theory]
    [InlineData(1, 6, 7, 5)]
    [InlineData(33, 96, 128, 128)]
    [InlineData(576, 40, 64, 24)]
    public void ProjectWithSensitivity_OneRun_AgreesWithManagedCode(int count, int input, int hidden, int output)
    {
        MlpWeights weights = ProjectorGraphs.Weights(input, hidden, output, scale: 0.5f);
        var projector = Assert.IsType<MlpOnnxProjector>(Load(ProjectorGraphs.Gelu(weights), input));
        float[] tokens = Near.Random(count * input, 3, 2);
        float[] expectedZ = new float[count * output];
        float[] expectedS = new float[count];
        float[] z = new float[count * output];
        float[] s = new float[count];

        ProjectorGraphs.Reference(weights).ProjectWithSensitivity(tokens, expectedZ, expectedS);
        projector.ProjectWithSensitivity(tokens, z, s);

        Near.Equal(expectedZ, z, 1e-5, 1e-5);
        Near.Equal(expectedS, s, 1e-6, 1e-5);
        Assert.All(s, value => Assert.True(value > 0));
    }

    [Theory]
    [InlineData(GeluKind.Tanh)]
    [InlineData(GeluKind.Quick)]
    public void ProjectWithSensitivity_OtherGelus_AgreeWithManagedCode(GeluKind gelu)
    {
        MlpWeights weights = ProjectorGraphs.Weights(12, 20, 9, scale: 0.5f);
        byte[] file = gelu == GeluKind.Tanh ? ProjectorGraphs.SpelledTanhGelu(weights) : ProjectorGraphs.QuickGelu(weights);
        CheckAgainst(ProjectorGraphs.Reference(weights, gelu), Load(file, 12), Near.Random(33 * 12, 3, 8), 1e-5);
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("weights")]
    [InlineData("everything")]
    public void ProjectWithSensitivity_Float16_IsComputedInFloat32(string what)
    {
        MlpWeights weights = ProjectorGraphs.Weights(12, 20, 9, scale: 0.5f);
        byte[] file = what switch
        {
            "graph" => ProjectorGraphs.HalfGraph(weights, GeluKind.Exact),
            "weights" => ProjectorGraphs.HalfWeights(weights),
            _ => ProjectorGraphs.HalfEverywhere(weights),
        };
        CheckAgainst(ProjectorGraphs.Reference(ProjectorGraphs.Rounded(weights)), Load(file, 12), Near.Random(33 * 12, 3, 2), 1e-5);
    }

    [Fact]
    public void Project_Float16Graph_IsNearWhatOnnxRuntimeMakesOfIt()
    {
        MlpWeights weights = ProjectorGraphs.Weights(12, 20, 9, scale: 0.5f);
        byte[] file = ProjectorGraphs.HalfGraph(weights, GeluKind.Tanh);
        float[] tokens = Near.Random(33 * 12, 3);
        float[] own = new float[33 * 9];
        float[] rewritten = new float[33 * 9];
        using OnnxProjector original = OnnxProjector.Open(_folder.Write("original.onnx", file), threads: 1, 12);
        original.Project(tokens, own);
        Load(file, 12).Project(tokens, rewritten);

        // Sums of 20 products rounded to eleven bits.
        Near.Equal(own, rewritten, 1e-2, 1e-2);
    }

    [Fact]
    public void LowRank_WideProjector_IsChosenFromTheProbeAndUsedByAuto()
    {
        MlpWeights weights = ProjectorGraphs.Weights(24, 1024, 16, scale: 0.2f);
        int asked = 0;
        var projector = Assert.IsType<MlpOnnxProjector>(Load(ProjectorGraphs.Gelu(weights), 24, () =>
        {
            asked++;
            return Near.Random(600 * 24, 5);
        }));
        Assert.Equal(0, asked);

        float[] tokens = Near.Random(300 * 24, 6);
        TokenSelection selection = new VisualTokenPruner(projector, new PruningOptions { Keep = KeepBudget.Tokens(9) }).Prune(tokens, 300);
        Assert.Equal(SensitivityMethod.LowRankClosedForm, selection.SensitivityMethodUsed);
        Assert.Equal(1, asked);
        Assert.Equal(300, projector.LowRank!.TokenCount);

        float[] exact = new float[300];
        projector.ProjectWithSensitivity(tokens, new float[300 * 16], exact);
        double bound = 3 * projector.LowRank.LargestRelativeError;
        Assert.InRange(bound, 1e-7, 0.1);
        for (int i = 0; i < exact.Length; i++)
        {
            Assert.InRange(selection.Sensitivity[i] / exact[i], 1 - bound, 1 + bound);
        }

        // ONNX Runtime's first layer and the managed one, the same form.
        float[] managed = new float[300];
        ProjectorGraphs.Reference(weights).ChooseRank(Near.Random(600 * 24, 5)).ProjectWithLowRankSensitivity(
            tokens, new float[300 * 16], managed);
        Near.Equal(managed, selection.Sensitivity.ToArray(), 1e-6, 1e-5);
    }

    [Fact]
    public void LowRank_NarrowOrUnprobed_LeavesTheExactForm()
    {
        byte[] file = ProjectorGraphs.Gelu(ProjectorGraphs.Weights());
        Assert.Equal(
            SensitivityMethod.ClosedForm,
            ((IClosedFormProjector)Load(file, 6, () => throw new InvalidOperationException("asked"))).Cheapest);
        var unprobed = (IClosedFormProjector)Load(file, 6);
        Assert.Null(unprobed.LowRank);
        Assert.Throws<InvalidOperationException>(() => unprobed.ProjectWithLowRankSensitivity(new float[6], new float[5], new float[1]));
    }

    [Fact]
    public void ProjectWithSensitivity_ShippedModel_AgreesWithItsOwnWeights()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestPaths.Model, "onnx", "projector.onnx"));
        var projector = Assert.IsType<MlpOnnxProjector>(Load(file, 96));
        using OnnxProjector original = OnnxProjector.Open(ProjectorPath, threads: 1, 96);
        float[] tokens = Near.Random(576 * 96, 9, 5);
        float[] ownZ = new float[576 * 128];
        float[] z = new float[576 * 128];
        float[] s = new float[576];
        float[] managedZ = new float[576 * 128];
        float[] managedS = new float[576];

        original.Project(tokens, ownZ);
        projector.ProjectWithSensitivity(tokens, z, s);
        projector.Weights.ProjectWithSensitivity(tokens, managedZ, managedS);

        Near.Equal(ownZ, z, 1e-4, 1e-5);
        Near.Equal(managedZ, z, 1e-4, 1e-5);
        Near.Equal(managedS, s, 1e-5, 1e-5);
    }

    [Fact]
    public void ProjectWithSensitivity_ManyThreads_GiveTheSameBits()
    {
        var projector = (MlpOnnxProjector)Load(ProjectorGraphs.Gemm(ProjectorGraphs.Weights()), 6);
        float[] tokens = Near.Random(64 * 6, 2);
        float[] expected = new float[64];
        projector.ProjectWithSensitivity(tokens, new float[64 * 5], expected);

        Parallel.For(0, 32, _ =>
        {
            float[] s = new float[64];
            projector.ProjectWithSensitivity(tokens, new float[64 * 5], s);
            Assert.Equal(expected, s);
        });
    }

    [Fact]
    public void Load_GraphThatIsNoMlp_FallsBackToSampledAndSaysSo()
    {
        IProjector projector = Load(ProjectorGraphs.Relu(ProjectorGraphs.Weights()), 6);
        var pruner = new VisualTokenPruner(projector, new PruningOptions { Keep = KeepBudget.Tokens(3) });

        Assert.IsType<OnnxProjector>(projector);
        TokenSelection selection = pruner.Prune(Near.Random(10 * 6, 1), 10);
        Assert.Equal(SensitivityMethod.Sampled, selection.SensitivityMethodUsed);
        Assert.Equal("its activation is no GELU (erf, tanh or quick)", projector.WhyNoClosedForm);
        Assert.Equal(
            "sensitivity sampled: the projector has no closed form, its activation is no GELU (erf, tanh or quick)",
            selection.Note);
    }

    [Fact]
    public void Load_LinearGeluLinear_UsesTheClosedFormAndSaysSo()
    {
        var pruner = new VisualTokenPruner(
            Load(ProjectorGraphs.SpelledGelu(ProjectorGraphs.Weights()), 6), new PruningOptions { Keep = KeepBudget.Tokens(3) });

        Assert.Equal(SensitivityMethod.ClosedForm, pruner.Prune(Near.Random(10 * 6, 1), 10).SensitivityMethodUsed);
    }

    [Fact]
    public void Load_NaNWeights_IsAnError()
    {
        MlpWeights weights = ProjectorGraphs.Weights();
        weights.First.Weight[3] = float.NaN;

        var exception = Assert.Throws<ZooPruneException>(() => Load(ProjectorGraphs.Gelu(weights), 6));
        Assert.StartsWith($"Graph '{ProjectorPath}': its weights cannot be used (", exception.Message);
        Assert.EndsWith("). All of them must be finite; export the projector again.", exception.Message);
    }

    [Fact]
    public void Load_NoOnnxFile_IsAnError()
    {
        var exception = Assert.Throws<ZooPruneException>(() => Load([1, 2, 3], 6));
        Assert.StartsWith($"Graph '{ProjectorPath}': ONNX Runtime cannot load it (", exception.Message);
        Assert.EndsWith("). Expected a complete ONNX file; export or copy it again.", exception.Message);
    }

    [Fact]
    public void Project_NotWholeTokens_IsAnError()
    {
        IProjector projector = Load(ProjectorGraphs.Gelu(ProjectorGraphs.Weights()), 6);

        var exception = Assert.Throws<ArgumentException>(() => projector.Project(new float[7], new float[5]));
        Assert.Equal(
            "Visual tokens: there are 7 values, not a multiple of the encoder width 6. "
            + "Expected N x 6; check that the encoder output is taken before pooling. (Parameter 'tokens')",
            exception.Message);
        exception = Assert.Throws<ArgumentException>(() => projector.Project(new float[6], new float[6]));
        Assert.Equal(
            "Projected visual tokens: there is room for 6 values. Expected 1 x 5 = 5; make the array that long. (Parameter 'projected')",
            exception.Message);
    }

    public void Dispose()
    {
        _opened.ForEach(projector => projector.Dispose());
        _folder.Dispose();
    }

    private string ProjectorPath => Path.Combine(_folder.Root, "projector.onnx");

    private static void CheckAgainst(MlpProjector reference, IProjector loaded, float[] tokens, double tolerance)
    {
        var projector = Assert.IsType<MlpOnnxProjector>(loaded);
        int count = tokens.Length / projector.InputWidth;
        float[] expectedZ = new float[count * projector.OutputWidth];
        float[] expectedS = new float[count];
        float[] z = new float[expectedZ.Length];
        float[] projectedOnly = new float[expectedZ.Length];
        float[] s = new float[count];

        reference.ProjectWithSensitivity(tokens, expectedZ, expectedS);
        projector.ProjectWithSensitivity(tokens, z, s);
        projector.Project(tokens, projectedOnly);

        Near.Equal(expectedZ, z, tolerance, tolerance);
        Near.Equal(expectedZ, projectedOnly, tolerance, tolerance);
        Near.Equal(expectedS, s, tolerance, tolerance);
    }

    private IProjector Load(byte[] file, int encoderWidth, Func<float[]>? probe = null)
    {
        IProjector projector = ProjectorLoader.Load(_folder.Write("projector.onnx", file), threads: 1, encoderWidth, probe);
        _opened.Add((IDisposable)projector);
        return projector;
    }
}
