using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>Runs a graph of a test once, by ONNX Runtime.</summary>
internal static class GraphRun
{
    public static (float[] Values, long[] Shape) File(string path, params ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        using GraphSession session = GraphSession.Open(path, settings: 1);
        return Run(session, inputs);
    }

    /// <summary>
    /// Node by node: ONNX Runtime's optimiser may turn products with 8-bit weights into ones that round activations, too.
    /// </summary>
    public static (float[] Values, long[] Shape) Literally(string path, params ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        (string[] names, OrtValue[] values) = Split(inputs);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, names, values, session.OutputNames);
        return Read(outputs);
    }

    public static (float[] Values, long[] Shape) Encoder(
        SplitVisionEncoder split, params ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        using GraphSession session = GraphSession.OpenPart("split", split.Encoder, settings: 1, split.Folder);
        Assert.Equal([split.OutputName], session.Outputs.Keys);
        return Run(session, inputs);
    }

    public static OrtValue Tensor<T>(T[] values, params long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(values, shape);

    private static (float[] Values, long[] Shape) Run(GraphSession session, ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        (string[] names, OrtValue[] values) = Split(inputs);
        Assert.Equal(names.Order(), session.Inputs.Keys.Order());
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(names, values, [.. session.Outputs.Keys]);
        return Read(outputs);
    }

    private static (string[] Names, OrtValue[] Values) Split(ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        string[] names = new string[inputs.Length];
        var values = new OrtValue[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            (names[i], values[i]) = inputs[i];
        }

        return (names, values);
    }

    private static (float[] Values, long[] Shape) Read(IDisposableReadOnlyCollection<OrtValue> outputs) =>
        (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
}

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
