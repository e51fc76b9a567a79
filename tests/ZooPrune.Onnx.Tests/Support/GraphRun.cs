using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Tests;

/// <summary>Runs a graph of a test once, by ONNX Runtime.</summary>
internal static class GraphRun
{
    public static (float[] Values, long[] Shape) File(string path, params ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        using GraphSession session = GraphSession.Open(path, threads: 1);
        return Run(session, inputs);
    }

    public static (float[] Values, long[] Shape) Encoder(SplitVisionEncoder split, params ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        using GraphSession session = GraphSession.OpenPart("split", split.Encoder, threads: 1, split.Folder);
        Assert.Equal([split.OutputName], session.Outputs.Keys);
        return Run(session, inputs);
    }

    private static (float[] Values, long[] Shape) Run(GraphSession session, ReadOnlySpan<(string Name, OrtValue Value)> inputs)
    {
        string[] names = new string[inputs.Length];
        var values = new OrtValue[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            (names[i], values[i]) = inputs[i];
        }

        Assert.Equal(names.Order(), session.Inputs.Keys.Order());
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(names, values, [.. session.Outputs.Keys]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }

    public static OrtValue Tensor<T>(T[] values, params long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(values, shape);
}
