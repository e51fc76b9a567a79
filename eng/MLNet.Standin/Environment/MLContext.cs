using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The entry: its catalogs offer everything else.</summary>
public sealed class MLContext : IHostEnvironment
{
    private readonly Dictionary<string, object> _options = [];
    private readonly Lock _gate = new();

    /// <summary>A context. Nothing in the stand-in is random, so the seed changes nothing.</summary>
    public MLContext(int? seed = null)
    {
        _ = seed;
        Transforms = new TransformsCatalog(this);
        Model = new ModelOperationsCatalog(this);
        Data = new DataOperationsCatalog();
    }

    /// <summary>Stages.</summary>
    public TransformsCatalog Transforms { get; }

    /// <summary>Prediction engines.</summary>
    public ModelOperationsCatalog Model { get; }

    /// <summary>Data in and out.</summary>
    public DataOperationsCatalog Data { get; }

    /// <summary>What is known about loadable parts.</summary>
    public ComponentCatalog ComponentCatalog { get; } = new();

    /// <summary>Where temporary files go.</summary>
    public string TempFilePath { get; set; } = Path.GetTempPath();

    /// <summary>Whether ONNX stages go on without the GPU if it cannot be used.</summary>
    public bool FallbackToCpu { get; set; }

    /// <summary>The GPU for ONNX stages.</summary>
    public int? GpuDeviceId { get; set; }

    /// <summary>Sets an option unless it is set.</summary>
    public bool TryAddOption<T>(string name, T value)
    {
        lock (_gate)
        {
            return _options.TryAdd(name, value);
        }
    }

    /// <summary>Sets an option.</summary>
    public void SetOption<T>(string name, T value)
    {
        lock (_gate)
        {
            _options[name] = value;
        }
    }

    /// <summary>An option if it is set.</summary>
    public bool TryGetOption<T>(string name, out T value)
    {
        lock (_gate)
        {
            bool isSet = _options.TryGetValue(name, out object found);
            value = isSet ? (T)found : default;
            return isSet;
        }
    }

    /// <summary>An option; if it is not set, it is set to the default value.</summary>
    public T GetOptionOrDefault<T>(string name)
    {
        _ = TryAddOption<T>(name, default);
        _ = TryGetOption(name, out T value);
        return value;
    }

    /// <summary>Removes an option; false if it was not set.</summary>
    public bool RemoveOption(string name)
    {
        lock (_gate)
        {
            return _options.Remove(name);
        }
    }
}
