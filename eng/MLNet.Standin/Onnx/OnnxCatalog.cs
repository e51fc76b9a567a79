using Microsoft.ML.Transforms.Onnx;

namespace Microsoft.ML;

/// <summary>Stages that run ONNX models. The model is read when the method is called.</summary>
public static class OnnxCatalog
{
    /// <summary>A stage over a model's file, with all its inputs and outputs.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog, string modelFile, int? gpuDeviceId = null, bool fallbackToCpu = false) =>
        Make(catalog, [], [], modelFile, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes, with all its inputs and outputs.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog, Stream modelBytes, int? gpuDeviceId = null, bool fallbackToCpu = false) =>
        Make(catalog, [], [], modelBytes, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's file, with all its inputs and outputs, some of them of given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string modelFile,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [], [], modelFile, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes, with all its inputs and outputs, some of them of given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        Stream modelBytes,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [], [], modelBytes, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's file with one input and one output.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string outputColumnName,
        string inputColumnName,
        string modelFile,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [outputColumnName], [inputColumnName], modelFile, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes with one input and one output.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string outputColumnName,
        string inputColumnName,
        Stream modelBytes,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [outputColumnName], [inputColumnName], modelBytes, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage with options.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(this TransformsCatalog catalog, OnnxOptions options)
    {
        Throw.IfNull(catalog, nameof(catalog));
        return new OnnxScoringEstimator(new OnnxTransformer(options, modelBytes: null));
    }

    /// <summary>A stage over a model's file with one input and one output of given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string outputColumnName,
        string inputColumnName,
        string modelFile,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [outputColumnName], [inputColumnName], modelFile, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes with one input and one output of given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string outputColumnName,
        string inputColumnName,
        Stream modelBytes,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, [outputColumnName], [inputColumnName], modelBytes, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's file.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        string modelFile,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelFile, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        Stream modelBytes,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelBytes, null, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's file with given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        string modelFile,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelFile, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes with given shapes.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        Stream modelBytes,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelBytes, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's file with given shapes. ONNX Runtime has a limit of its own for how deep files may be nested.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        string modelFile,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false,
        int recursionLimit = 100) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelFile, shapeDictionary, gpuDeviceId, fallbackToCpu);

    /// <summary>A stage over a model's bytes with given shapes. ONNX Runtime has a limit of its own for how deep files may be nested.</summary>
    public static OnnxScoringEstimator ApplyOnnxModel(
        this TransformsCatalog catalog,
        string[] outputColumnNames,
        string[] inputColumnNames,
        Stream modelBytes,
        IDictionary<string, int[]> shapeDictionary,
        int? gpuDeviceId = null,
        bool fallbackToCpu = false,
        int recursionLimit = 100) =>
        Make(catalog, outputColumnNames, inputColumnNames, modelBytes, shapeDictionary, gpuDeviceId, fallbackToCpu);

    private static OnnxScoringEstimator Make(
        TransformsCatalog catalog,
        string[] outputs,
        string[] inputs,
        object model,
        IDictionary<string, int[]> shapes,
        int? gpuDeviceId,
        bool fallbackToCpu)
    {
        Throw.IfNull(catalog, nameof(catalog));
        var bytes = model as Stream;
        var options = new OnnxOptions
        {
            ModelFile = bytes is null ? (string)model : "a stream",
            InputColumns = inputs,
            OutputColumns = outputs,
            ShapeDictionary = shapes,
            GpuDeviceId = gpuDeviceId ?? catalog.Context.GpuDeviceId,
            FallbackToCpu = fallbackToCpu || catalog.Context.FallbackToCpu,
        };
        return new OnnxScoringEstimator(new OnnxTransformer(options, bytes));
    }
}
