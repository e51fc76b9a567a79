namespace Microsoft.ML.Transforms.Onnx;

/// <summary>What an ONNX stage does.</summary>
public sealed class OnnxOptions
{
    /// <summary>The model's file.</summary>
    public string ModelFile;

    /// <summary>The input columns, named as the model's inputs; none stands for all of them.</summary>
    public string[] InputColumns;

    /// <summary>The output columns, named as the model's outputs; none stands for all of them.</summary>
    public string[] OutputColumns;

    /// <summary>The GPU; null for the CPU.</summary>
    public int? GpuDeviceId;

    /// <summary>Whether to go on without the GPU if ONNX Runtime cannot use it.</summary>
    public bool FallbackToCpu;

    /// <summary>Shapes that replace those of the model's inputs and outputs.</summary>
    public IDictionary<string, int[]> ShapeDictionary;

    /// <summary>How deep a model file may be nested. ONNX Runtime reads the model here, and has a limit of its own.</summary>
    public int RecursionLimit = 100;

    /// <summary>The number of threads that run operations side by side.</summary>
    public int? InterOpNumThreads;

    /// <summary>The number of threads that share an operation.</summary>
    public int? IntraOpNumThreads;
}
