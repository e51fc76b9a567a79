using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ZooPrune.Onnx.Graphs;

/// <summary>Puts a device into the options of a session.</summary>
internal static class ExecutionProvider
{
    private static readonly (string Name, string Provider, string Package)[] Known =
    [
        ("cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
        ("tensorrt", "TensorrtExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
        ("directml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML"),
        ("dml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML"),
        ("openvino", "OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino"),
        ("coreml", "CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime, on macOS"),
        ("qnn", "QNNExecutionProvider", "Microsoft.ML.OnnxRuntime.QNN"),
        ("xnnpack", "XnnpackExecutionProvider", "one that is built with it"),
    ];

    /// <summary>Appends the device's provider.</summary>
    /// <exception cref="ZooPruneException">The native library does not have it, or it cannot be used on this machine.</exception>
    public static void Append(SessionOptions options, Device device)
    {
        if (device.IsCpu)
        {
            return;
        }

        (string name, string provider, string package) = Array.Find(
            Known, known => known.Name.Equals(device.Name, StringComparison.OrdinalIgnoreCase));
        provider ??= $"{device.Name}ExecutionProvider";
        string[] there = OrtEnv.Instance().GetAvailableProviders();
        if (!there.Contains(provider, StringComparer.OrdinalIgnoreCase))
        {
            throw Throw.ProviderMissing(device.Name, there, package ?? "the one that its maker names");
        }

        try
        {
            var own = new Dictionary<string, string>(device.ProviderOptions);
            switch (name)
            {
                case "cuda":
                    using (var cuda = new OrtCUDAProviderOptions())
                    {
                        cuda.UpdateOptions(own);
                        options.AppendExecutionProvider_CUDA(cuda);
                    }

                    break;
                case "tensorrt":
                    using (var tensorrt = new OrtTensorRTProviderOptions())
                    {
                        tensorrt.UpdateOptions(own);
                        options.AppendExecutionProvider_Tensorrt(tensorrt);
                    }

                    break;
                case "directml" or "dml":
                    bool hasNumber = int.TryParse(own.GetValueOrDefault("device_id"), CultureInfo.InvariantCulture, out int number);
                    options.AppendExecutionProvider_DML(hasNumber ? number : 0);
                    break;
                default:
                    options.AppendExecutionProvider(provider[..^"ExecutionProvider".Length], own);
                    break;
            }
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw Throw.ProviderUnusable(device.Name, exception);
        }
    }
}
