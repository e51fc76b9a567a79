namespace ZooPrune.Onnx.Tests;

public sealed class MlpRecognizerTests
{
    private static readonly MlpWeights Weights = ProjectorGraphs.Weights();

    public static TheoryData<string, byte[]> Recognised => new()
    {
        { "Gelu node", ProjectorGraphs.Gelu(Weights) },
        { "spelled out", ProjectorGraphs.SpelledGelu(Weights) },
        { "spelled otherwise", ProjectorGraphs.OtherSpelling(Weights) },
        { "Gemm", ProjectorGraphs.Gemm(Weights) },
        { "transposed weights", ProjectorGraphs.TransposedWeights(Weights) },
    };

    public static TheoryData<string, byte[]> NotRecognised => new()
    {
        { "what precedes the last Linear layer is not an activation of one value", ProjectorGraphs.Relu(Weights) },
        { "its activation is not the exact (erf) GELU", ProjectorGraphs.QuickGelu(Weights) },
        { "its activation is not the exact (erf) GELU", ProjectorGraphs.DoubledGelu(Weights) },
        { "its activation is not the exact (erf) GELU", ProjectorGraphs.Gelu(Weights, "tanh") },
        { "what precedes the last Linear layer is not an activation of one value", ProjectorGraphs.OneLayer(Weights.First) },
        { "what precedes the last Linear layer is not an activation of one value", ProjectorGraphs.Residual(Weights) },
    };

    [Theory]
    [MemberData(nameof(Recognised))]
    public void Recognize_LinearGeluLinear_GivesItsWeights(string spelling, byte[] file)
    {
        MlpWeights? found = MlpRecognizer.Recognize(OnnxGraphReader.Read(file), out string reason);

        Assert.True(found is not null, $"{spelling}: {reason}");
        AssertLayer(Weights.First, found.First);
        AssertLayer(Weights.Second, found.Second);
    }

    [Theory]
    [MemberData(nameof(NotRecognised))]
    public void Recognize_AnythingElse_SaysWhyNot(string reason, byte[] file)
    {
        Assert.Null(MlpRecognizer.Recognize(OnnxGraphReader.Read(file), out string given));
        Assert.Equal(reason, given);
    }

    [Fact]
    public void Recognize_ShippedProjector_IsRecognised()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestPaths.Model, "onnx", "projector.onnx"));

        MlpWeights? found = MlpRecognizer.Recognize(OnnxGraphReader.Read(file), out string reason);

        Assert.True(found is not null, reason);
        Assert.Equal((96, 128, 128), (found.First.InputWidth, found.First.OutputWidth, found.Second.OutputWidth));
    }

    private static void AssertLayer(LinearLayer expected, LinearLayer got)
    {
        Assert.Equal((expected.InputWidth, expected.OutputWidth), (got.InputWidth, got.OutputWidth));
        Assert.Equal(expected.Weight, got.Weight);
        Assert.Equal(expected.Bias, got.Bias);
    }
}
