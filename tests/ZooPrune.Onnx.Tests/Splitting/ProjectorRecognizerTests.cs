using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

public sealed class ProjectorRecognizerTests
{
    private static readonly MlpWeights Weights = ProjectorGraphs.Weights();

    public static TheoryData<string, GeluKind, byte[]> Recognised => new()
    {
        { "Gelu node", GeluKind.Exact, ProjectorGraphs.Gelu(Weights) },
        { "spelled out", GeluKind.Exact, ProjectorGraphs.SpelledGelu(Weights) },
        { "spelled otherwise", GeluKind.Exact, ProjectorGraphs.OtherSpelling(Weights) },
        { "Gemm", GeluKind.Exact, ProjectorGraphs.Gemm(Weights) },
        { "transposed weights", GeluKind.Exact, ProjectorGraphs.TransposedWeights(Weights) },
        { "ONNX Runtime's Gelu", GeluKind.Exact, ProjectorGraphs.MicrosoftGelu(Weights, "Gelu") },
        { "Gelu node with tanh", GeluKind.Tanh, ProjectorGraphs.Gelu(Weights, "tanh") },
        { "tanh spelled out", GeluKind.Tanh, ProjectorGraphs.SpelledTanhGelu(Weights) },
        { "FastGelu", GeluKind.Tanh, ProjectorGraphs.MicrosoftGelu(Weights, "FastGelu") },
        { "quick spelled out", GeluKind.Quick, ProjectorGraphs.QuickGelu(Weights) },
        { "QuickGelu", GeluKind.Quick, ProjectorGraphs.MicrosoftGelu(Weights, "QuickGelu") },
    };

    public static TheoryData<string, GeluKind, byte[]> RecognisedInHalves => new()
    {
        { "graph in float16, erf", GeluKind.Exact, ProjectorGraphs.HalfGraph(Weights, GeluKind.Exact) },
        { "graph in float16, tanh", GeluKind.Tanh, ProjectorGraphs.HalfGraph(Weights, GeluKind.Tanh) },
        { "graph in float16, quick", GeluKind.Quick, ProjectorGraphs.HalfGraph(Weights, GeluKind.Quick) },
        { "weights in float16", GeluKind.Exact, ProjectorGraphs.HalfWeights(Weights) },
        { "inputs and outputs in float16", GeluKind.Exact, ProjectorGraphs.HalfEverywhere(Weights) },
    };

    public static TheoryData<string, byte[]> NotRecognised => new()
    {
        { "its activation is no GELU (erf, tanh or quick)", ProjectorGraphs.Relu(Weights) },
        { "its activation is no GELU (erf, tanh or quick)", ProjectorGraphs.QuickGelu(Weights, 1.7f) },
        { "its activation is no GELU (erf, tanh or quick)", ProjectorGraphs.QuickGelu(Weights, 1f) },
        { "it consists of Linear, Gelu, Mul, Linear", ProjectorGraphs.DoubledGelu(Weights) },
        { "its activation is no GELU (erf, tanh or quick)", ProjectorGraphs.Residual(Weights) },
    };

    [Theory]
    [MemberData(nameof(Recognised))]
    public void Recognize_LinearGeluLinear_GivesItsWeights(string spelling, GeluKind gelu, byte[] file)
    {
        MlpWeights? found = Recognize(file, out string reason);

        Assert.True(found is not null, $"{spelling}: {reason}");
        Assert.Equal(gelu, found.Gelu);
        AssertLayer(Weights.First, found.First);
        AssertLayer(Weights.Second, found.Second);
    }

    [Theory]
    [MemberData(nameof(RecognisedInHalves))]
    public void Recognize_Float16_GivesTheRoundedWeights(string spelling, GeluKind gelu, byte[] file)
    {
        MlpWeights? found = Recognize(file, out string reason);

        Assert.True(found is not null, $"{spelling}: {reason}");
        Assert.Equal(gelu, found.Gelu);
        AssertLayer(ProjectorGraphs.Rounded(Weights).First, found.First);
        AssertLayer(ProjectorGraphs.Rounded(Weights).Second, found.Second);
    }

    [Theory]
    [MemberData(nameof(NotRecognised))]
    public void Recognize_AnythingElse_SaysWhyNot(string reason, byte[] file)
    {
        Assert.Null(ProjectorRecognizer.Recognize(new ConstantFolder(OnnxGraphReader.Read(file)), out string given));
        Assert.Equal(reason, given);
    }

    [Fact]
    public void Recognize_ShippedProjector_IsRecognised()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(TestPaths.Model, "onnx", "projector.onnx"));

        MlpWeights? found = Recognize(file, out string reason);

        Assert.True(found is not null, reason);
        Assert.Equal((96, 128, 128), (found.First.InputWidth, found.First.OutputWidth, found.Second.OutputWidth));
    }

    [Fact]
    public void Recognize_OneLayer_IsLinear()
    {
        ProjectorPart? found = ProjectorRecognizer.Recognize(
            new ConstantFolder(OnnxGraphReader.Read(ProjectorGraphs.OneLayer(Weights.First))), out _);

        AssertLayer(Weights.First, Assert.IsType<ProjectorPart.Linear>(found).Layer);
    }

    private static MlpWeights? Recognize(byte[] file, out string reason) =>
        (ProjectorRecognizer.Recognize(new ConstantFolder(OnnxGraphReader.Read(file)), out reason) as ProjectorPart.Mlp)?.Weights;

    private static void AssertLayer(LinearLayer expected, LinearLayer got)
    {
        Assert.Equal((expected.InputWidth, expected.OutputWidth), (got.InputWidth, got.OutputWidth));
        Assert.Equal(expected.Weight, got.Weight);
        Assert.Equal(expected.Bias, got.Bias);
    }
}
