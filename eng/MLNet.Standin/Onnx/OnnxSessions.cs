using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Opens sessions as the options say.</summary>
internal static class OnnxSessions
{
    public static InferenceSession Open(OnnxOptions options, Stream modelBytes)
    {
        // A missing file is a plain IOException in ML.NET.
        bool isMissing = modelBytes is null && !File.Exists(options.ModelFile);
        byte[] model = isMissing ? throw new IOException($"There is no model file '{options.ModelFile}'.")
            : modelBytes is null ? null
            : ReadAll(modelBytes);
        try
        {
            return Open(options, model);
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

    private static InferenceSession Open(OnnxOptions options, byte[] model) => Open(options, model, options.GpuDeviceId);

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

    private static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
