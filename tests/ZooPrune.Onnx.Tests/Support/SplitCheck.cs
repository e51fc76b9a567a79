using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Tests;

/// <summary>Splits a vision encoder and compares what both parts give with what the whole graph gives.</summary>
internal static class SplitCheck
{
    public static SplitVisionEncoder SameFeatures(string path, double tolerance, (string, OrtValue)[] inputs, bool literally = false)
    {
        (float[] expected, long[] expectedShape) = literally ? GraphRun.Literally(path, inputs) : GraphRun.File(path, inputs);
        SplitVisionEncoder split = VisionEncoderSplitter.Split(path);
        (float[] tokens, long[] shape) = GraphRun.Encoder(split, inputs);
        Assert.Equal([.. expectedShape[..^1], split.Projector.InputWidth], shape);
        Near.Equal(expected, Project(split.Projector, tokens), tolerance);
        return split;
    }

    public static float[] Project(ProjectorPart part, float[] tokens)
    {
        IProjector projector = ProjectorLoader.Load(part, "split", threads: 1);
        using var owned = (IDisposable)projector;
        float[] projected = new float[tokens.Length / projector.InputWidth * projector.OutputWidth];
        projector.Project(tokens, projected);
        return projected;
    }
}
