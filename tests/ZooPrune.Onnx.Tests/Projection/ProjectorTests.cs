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

    [Fact]
    public void ProjectWithSensitivity_ShippedModel_AgreesWithItsOwnWeights()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestPaths.Model, "onnx", "projector.onnx"));
        var projector = Assert.IsType<MlpOnnxProjector>(Load(file, 96));
        float[] tokens = Near.Random(576 * 96, 9, 5);
        float[] ownZ = new float[576 * 128];
        float[] z = new float[576 * 128];
        float[] s = new float[576];
        float[] managedZ = new float[576 * 128];
        float[] managedS = new float[576];

        projector.Project(tokens, ownZ);
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
        Assert.Equal(SensitivityMethod.Sampled, pruner.Prune(Near.Random(10 * 6, 1), 10).SensitivityMethodUsed);
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
            "Visual tokens: there are 7 values, not a multiple of the encoder width 6. Expected N x 6; check that the encoder output is taken before pooling. (Parameter 'tokens')",
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

    private IProjector Load(byte[] file, int encoderWidth)
    {
        IProjector projector = ProjectorLoader.Load(_folder.Write("projector.onnx", file), threads: 1, encoderWidth);
        _opened.Add((IDisposable)projector);
        return projector;
    }
}
