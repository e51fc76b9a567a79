using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Opens sessions as the options say.</summary>
internal static class OnnxSessions
{
    /// <summary>Opens a model that is in memory, or if null in the options' file.</summary>
    public static InferenceSession Open(OnnxOptions options, byte[] model)
    {
        // A missing file is a plain IOException in ML.NET.
        if (model is null && !File.Exists(options.ModelFile))
        {
            throw new IOException($"There is no model file '{options.ModelFile}'.");
        }

        try
        {
            return Open(options, model, options.GpuDeviceId);
        }
        catch (OnnxRuntimeException) when (options.GpuDeviceId is not null && options.FallbackToCpu)
        {
            return Open(options, model, gpu: null);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"ONNX Runtime cannot use the model: {e.Message}", e);
        }
    }

    public static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static InferenceSession Open(OnnxOptions options, byte[] model, int? gpu)
    {
        using var session = gpu is { } id ? SessionOptions.MakeSessionOptionWithCudaProvider(id) : new SessionOptions();
        session.InterOpNumThreads = options.InterOpNumThreads ?? session.InterOpNumThreads;
        session.IntraOpNumThreads = options.IntraOpNumThreads ?? session.IntraOpNumThreads;

        // A file is opened by its path: its weights may lie in other files beside it.
        return model is null
            ? new InferenceSession(options.ModelFile, session)
            : new InferenceSession(model, session);
    }
}
