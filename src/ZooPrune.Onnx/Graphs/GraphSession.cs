using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx.Graphs;

/// <summary>How the graphs of a model run.</summary>
/// <param name="Threads">Threads inside one operation; 0 for one per core.</param>
/// <param name="Device">Where.</param>
internal sealed record GraphSettings(int Threads, Device Device)
{
    /// <summary>On the CPU.</summary>
    public static implicit operator GraphSettings(int threads) => new(threads, Device.Cpu);
}

/// <summary>Where an output of a run goes.</summary>
/// <param name="Name">The output.</param>
/// <param name="Value">Memory that is there already; null for new memory.</param>
/// <param name="OnHost">Whether new memory is the host's; otherwise it is where the graph makes the output.</param>
internal readonly record struct OutputPlace(string Name, OrtValue? Value = null, bool OnHost = false);

/// <summary>
/// One loaded graph. Thread-safe: ONNX Runtime allows any number of runs at once over one session. A graph that is disposed while it runs
/// ends these runs first; what comes later gets an <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly Lazy<Dictionary<string, OrtMemoryInfo>> _memory;
    private readonly Lock _lock = new();
    private int _running;
    private bool _isDisposed;

    private GraphSession(string name, InferenceSession session, Device device)
    {
        Name = name;
        _session = session;
        Device = device;
        Inputs = session.InputMetadata;
        Outputs = session.OutputMetadata;
        _memory = new(() => session.OutputNames.Zip(session.GetMemoryInfosForOutputs()).ToDictionary());
    }

    /// <summary>What messages call the graph: its path, or what it does where ZooPrune wrote it.</summary>
    public string Name { get; }

    /// <summary>Where it runs: the CPU where it fell back to it.</summary>
    public Device Device { get; }

    /// <summary>Why it runs on the CPU although another device was asked for; otherwise null.</summary>
    public string? FallbackNote { get; private init; }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs { get; }

    public IReadOnlyDictionary<string, NodeMetadata> Outputs { get; }

    /// <summary>Loads a graph of the model folder.</summary>
    /// <param name="path">Full path of the ONNX file.</param>
    /// <param name="settings">How it runs.</param>
    /// <exception cref="ZooPruneException">ONNX Runtime cannot load the file, or the device cannot be used.</exception>
    public static GraphSession Open(string path, GraphSettings settings) =>
        Load(path, settings, options =>
        {
            CheckFiles(path);
            return new InferenceSession(path, options);
        });

    /// <summary>Loads a graph that ZooPrune wrote.</summary>
    public static GraphSession Create(string name, byte[] model, GraphSettings settings) =>
        Load(name, settings, options => new InferenceSession(model, options), isOurs: true);

    /// <summary>Loads a graph that ZooPrune made out of a file, whose large constants may stay where they are.</summary>
    /// <param name="path">Full path of the file that it was made out of.</param>
    /// <param name="model">ONNX bytes of the graph.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="folder">Full path of the folder to which locations of constants in other files are relative.</param>
    /// <exception cref="ZooPruneException">ONNX Runtime cannot load the graph, or the device cannot be used.</exception>
    public static GraphSession OpenPart(string path, byte[] model, GraphSettings settings, string folder) => Load(path, settings, options =>
    {
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return new InferenceSession(model, options);
    });

    /// <summary>Runs the graph into new outputs, which the caller disposes.</summary>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        CancellationToken cancellation = default) =>
        Run(options => _session.Run(options, inputNames, inputs, outputNames), cancellation);

    /// <summary>Runs the graph into outputs that are there already.</summary>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    public void Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputs) => Run(
            options =>
            {
                _session.Run(options, inputNames, inputs, outputNames, outputs);
                return true;
            },
            CancellationToken.None);

    /// <summary>Runs the graph with inputs and outputs where they are and where they are wanted: nothing else is copied.</summary>
    /// <param name="inputs">Values by name.</param>
    /// <param name="outputs">What is wanted; in this order the results come, which the caller disposes.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    /// <exception cref="OnnxRuntimeException">The graph failed.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyList<(string Name, OrtValue Value)> inputs,
        IReadOnlyList<OutputPlace> outputs,
        CancellationToken cancellation = default) => Run(
            options =>
            {
                using OrtIoBinding binding = _session.CreateIoBinding();
                foreach ((string name, OrtValue value) in inputs)
                {
                    binding.BindInput(name, value);
                }

                foreach (OutputPlace output in outputs)
                {
                    if (output.Value is not null)
                    {
                        binding.BindOutput(output.Name, output.Value);
                    }
                    else
                    {
                        binding.BindOutputToDevice(output.Name, output.OnHost ? OrtMemoryInfo.DefaultInstance : _memory.Value[output.Name]);
                    }
                }

                _session.RunWithBinding(options, binding);
                return binding.GetOutputValues();
            },
            cancellation);

    /// <summary>Whether an output comes into memory that the host can read.</summary>
    public bool IsOnHost(string output) => Device.IsCpu || _memory.Value[output].GetDeviceType() == OrtMemoryInfoDeviceType.CPU;

    /// <summary>Frees the graph, once the runs that are under way have ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            if (_running > 0)
            {
                return;
            }
        }

        Free();
    }

    private static GraphSession Load(
        string name, GraphSettings settings, Func<SessionOptions, InferenceSession> load, bool isOurs = false)
    {
        try
        {
            return Load(name, settings, settings.Device, load, isOurs, note: null);
        }
        catch (ZooPruneException exception) when (settings.Device is { IsCpu: false, AllowFallback: true })
        {
            return Load(name, settings, Device.Cpu, load, isOurs, $"runs on the CPU: {exception.Message}");
        }
    }

    private static GraphSession Load(
        string name, GraphSettings settings, Device device, Func<SessionOptions, InferenceSession> load, bool isOurs, string? note)
    {
        using SessionOptions options = CreateOptions(settings with { Device = device });
        try
        {
            return new GraphSession(name, load(options), device) { FallbackNote = note };
        }
        catch (Exception exception) when (!isOurs && exception is OnnxRuntimeException or IOException or InvalidDataException)
        {
            throw Throw.GraphUnreadable(name, exception);
        }
    }

    /// <summary>ONNX Runtime opens whatever a graph names, and would wait for a pipe without end.</summary>
    /// <exception cref="IOException">A file is missing or no regular one.</exception>
    /// <exception cref="InvalidDataException">The graph is broken, or its constants are not where it says.</exception>
    private static void CheckFiles(string path)
    {
        using OnnxFile file = OnnxFile.Open(path);
        var data = new ExternalDataFolder(Path.GetDirectoryName(path));
        foreach (OnnxTensor tensor in OnnxModelReader.Read(file.Memory).Graph.Initializer
            .Where(tensor => tensor.DataLocation == DataLocation.External).Select(OnnxGraphReader.ReadTensor))
        {
            data.Check(tensor);
        }
    }

    private T Run<T>(Func<RunOptions, T> run, CancellationToken cancellation)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(VisionLanguageModel));
            _running++;
        }

        try
        {
            return cancellation.CanBeCanceled ? RunCancellable(run, cancellation) : run(_runOptions);
        }
        finally
        {
            bool isLast;
            lock (_lock)
            {
                isLast = --_running == 0 && _isDisposed;
            }

            if (isLast)
            {
                Free();
            }
        }
    }

    private static T RunCancellable<T>(Func<RunOptions, T> run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var options = new RunOptions();
        using CancellationTokenRegistration end = cancellation.UnsafeRegister(state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            return run(options);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private void Free()
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

    /// <summary>Options of a session that runs as others of the model do.</summary>
    /// <exception cref="ZooPruneException">The device cannot be used.</exception>
    private static SessionOptions CreateOptions(GraphSettings settings)
    {
        SessionOptions options = CreateOptions(settings.Threads);
        ExecutionProvider.Append(options, settings.Device);
        return options;
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
            TelemetrySwitch.Apply();
            return new SessionOptions();
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException)
        {
            throw Throw.NativeLibraryMissing(exception.GetBaseException());
        }
    }
}
