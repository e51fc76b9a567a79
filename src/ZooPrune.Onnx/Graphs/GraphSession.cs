using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// One loaded graph. Thread-safe: ONNX Runtime allows any number of runs at once over one session, and nothing here changes
/// after construction.
/// </summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    private GraphSession(string name, InferenceSession session)
    {
        Name = name;
        _session = session;
    }

    /// <summary>What messages call the graph: its path, or what it does where ZooPrune wrote it.</summary>
    public string Name { get; }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    /// <summary>Loads a graph of the model folder.</summary>
    /// <param name="path">Full path of the ONNX file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <exception cref="ZooPruneException">ONNX Runtime cannot load the file.</exception>
    public static GraphSession Open(string path, int threads)
    {
        using SessionOptions options = CreateOptions(threads);
        try
        {
            return new GraphSession(path, new InferenceSession(path, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphUnreadable(path, exception);
        }
    }

    /// <summary>Loads a graph that ZooPrune wrote.</summary>
    public static GraphSession Create(string name, byte[] model, int threads)
    {
        using SessionOptions options = CreateOptions(threads);
        return new GraphSession(name, new InferenceSession(model, options));
    }

    /// <summary>Loads a graph that ZooPrune made out of a file, whose large constants may stay where they are.</summary>
    /// <param name="path">Full path of the file that it was made out of.</param>
    /// <param name="model">ONNX bytes of the graph.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="folder">Full path of the folder to which locations of constants in other files are relative.</param>
    /// <exception cref="ZooPruneException">ONNX Runtime cannot load the graph.</exception>
    public static GraphSession OpenPart(string path, byte[] model, int threads, string folder)
    {
        using SessionOptions options = CreateOptions(threads);
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        try
        {
            return new GraphSession(path, new InferenceSession(model, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphUnreadable(path, exception);
        }
    }

    /// <summary>Runs the graph into new outputs, which the caller disposes.</summary>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames) => _session.Run(_runOptions, inputNames, inputs, outputNames);

    /// <summary>Runs the graph into outputs that are there already.</summary>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    public void Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputs) => _session.Run(_runOptions, inputNames, inputs, outputNames, outputs);

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    /// <summary>A view of memory that the caller keeps in place until the value is disposed.</summary>
    public static unsafe OrtValue View<T>(T* values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            count *= dimension;
        }

        TensorElementType type = true switch
        {
            _ when typeof(T) == typeof(float) => TensorElementType.Float,
            _ when typeof(T) == typeof(long) => TensorElementType.Int64,
            _ => TensorElementType.UInt8,
        };
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, shape.ToArray(), (nint)values, count * sizeof(T));
    }

    private static SessionOptions CreateOptions(int threads)
    {
        SessionOptions options = NewOptions();
        options.IntraOpNumThreads = threads;

        // What goes wrong is thrown; it need not be on stderr as well.
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

        // A model is several sessions that run in turn, each with its own threads. Threads that spin while they wait for their
        // session's next run take the cores from the session that is running: three times the processor time on two cores.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");

        // x86 without VNNI adds pairs of uint8 x int8 products in 16 bits that saturate, unless ONNX Runtime makes the weights uint8.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        return options;
    }

    /// <summary>Options; making the first loads ONNX Runtime's native library, which is in a package that the program picks.</summary>
    private static SessionOptions NewOptions()
    {
        try
        {
            return new SessionOptions();
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException)
        {
            throw Throw.NativeLibraryMissing(exception.GetBaseException());
        }
    }

}

/// <summary>What goes into a graph and what comes out, checked against what is expected. A dimension of -1 is dynamic.</summary>
internal sealed class GraphSignature(GraphSession session)
{
    public (string Name, int[] Shape) OnlyInput() => Only(session.Inputs, "input");

    public (string Name, int[] Shape) OnlyOutput() => Only(session.Outputs, "output");

    public string OnlyOutputName() => session.Outputs.Count == 1
        ? session.Outputs.Keys.Single()
        : throw Throw.GraphNames(session.Name, "output", session.Outputs.Keys, "exactly one output");

    /// <summary>Shape of the input of that name.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public int[] Input(string name, TensorElementType type, int rank) => Shape(session.Inputs, "input", name, type, rank);

    /// <summary>Shape and type of an input of float32 or float16.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public (int[] Shape, TensorElementType Type) FloatInput(string name, int rank) => Floats(session.Inputs, "input", name, rank);

    /// <summary>Shape and type of an output of float32 or float16.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public (int[] Shape, TensorElementType Type) FloatOutput(string name, int rank) => Floats(session.Outputs, "output", name, rank);

    /// <summary>Shape of the output of that name.</summary>
    /// <exception cref="ZooPruneException">There is none, or its type or rank is another.</exception>
    public int[] Output(string name, TensorElementType type, int rank) => Shape(session.Outputs, "output", name, type, rank);

    private (int[] Shape, TensorElementType Type) Floats(
        IReadOnlyDictionary<string, NodeMetadata> values, string kind, string name, int rank)
    {
        bool isHalf = values.TryGetValue(name, out NodeMetadata? metadata)
            && metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR
            && metadata.ElementDataType == TensorElementType.Float16;
        TensorElementType type = isHalf ? TensorElementType.Float16 : TensorElementType.Float;
        return (Shape(values, kind, name, type, rank), type);
    }

    private (string Name, int[] Shape) Only(IReadOnlyDictionary<string, NodeMetadata> values, string kind)
    {
        if (values.Count != 1)
        {
            throw Throw.GraphNames(session.Name, kind, values.Keys, $"exactly one {kind}");
        }

        (string name, NodeMetadata metadata) = values.Single();
        return (name, Checked(name, metadata, TensorElementType.Float));
    }

    private int[] Shape(IReadOnlyDictionary<string, NodeMetadata> values, string kind, string name, TensorElementType type, int rank)
    {
        if (!values.TryGetValue(name, out NodeMetadata? metadata))
        {
            throw Throw.GraphNames(session.Name, kind, values.Keys, $"the {kind} '{name}'");
        }

        int[] shape = Checked(name, metadata, type);
        return shape.Length == rank ? shape : throw Throw.GraphShape(session.Name, name, shape, $"{rank} dimensions");
    }

    private int[] Checked(string name, NodeMetadata metadata, TensorElementType type) =>
        metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR && metadata.ElementDataType == type
            ? metadata.Dimensions
            : throw Throw.GraphType(session.Name, name, metadata.IsTensor ? $"{metadata.ElementDataType}" : "no tensor", $"{type}");
}
