using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Runs an ONNX model on every row. Disposing it disposes the session.</summary>
public sealed class OnnxTransformer : RowToRowTransformerBase, IDisposable
{
    private readonly OnnxOptions _options;
    private readonly byte[] _bytes;
    private InferenceSession _session;

    internal OnnxTransformer(OnnxOptions options, Stream modelBytes)
    {
        CheckNames(options.InputColumns, nameof(options.InputColumns));
        CheckNames(options.OutputColumns, nameof(options.OutputColumns));
        Throw.IfOutOfRange(string.IsNullOrWhiteSpace(options.ModelFile), nameof(options.ModelFile), "There is no model file.");
        _options = options;
        _bytes = modelBytes is null ? null : OnnxSessions.ReadAll(modelBytes);
        _session = OnnxSessions.Open(options, _bytes);
        Model = new OnnxModelInfo(_session, options.ShapeDictionary);
        Inputs = options.InputColumns.Length > 0 ? options.InputColumns : [.. Model.InputNames];
        Outputs = options.OutputColumns.Length > 0 ? options.OutputColumns : [.. Model.OutputNames];
        foreach (string output in Outputs)
        {
            _ = Model.Output(output);
        }
    }

    internal OnnxModelInfo Model { get; }

    internal IReadOnlyList<string> Inputs { get; }

    internal IReadOnlyList<string> Outputs { get; }

    /// <summary>Releases the session.</summary>
    public void Dispose()
    {
        _session?.Dispose();
        _session = null;
    }

    /// <summary>Runs the model; fails with a NullReferenceException once the session is disposed, as ML.NET's does.</summary>
    internal IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Run(
        IReadOnlyCollection<NamedOnnxValue> inputs, IReadOnlyCollection<string> outputs) =>
        _session.Run(inputs, outputs);

    /// <summary>As in ML.NET, GPU and threads are not in the file: the GPU is that of the loading context.</summary>
    internal static OnnxTransformer Read(MLContext context, BinaryReader reader)
    {
        string[] inputs = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())];
        string[] outputs = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())];
        var shapes = new Dictionary<string, int[]>();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            string name = reader.ReadString();
            shapes[name] = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadInt32())];
        }

        var options = new OnnxOptions
        {
            ModelFile = "model.onnx",
            InputColumns = inputs,
            OutputColumns = outputs,
            ShapeDictionary = shapes.Count == 0 ? null : shapes,
            GpuDeviceId = context.GpuDeviceId,
            FallbackToCpu = context.FallbackToCpu,
        };
        return new OnnxTransformer(options, new MemoryStream(reader.ReadBytes(reader.ReadInt32())));
    }

    private protected override void Write(ModelSaveContext context)
    {
        var writer = context.Begin(nameof(OnnxTransformer));
        Write(writer, Inputs);
        Write(writer, Outputs);
        var shapes = _options.ShapeDictionary ?? new Dictionary<string, int[]>();
        writer.Write(shapes.Count);
        foreach (var (name, shape) in shapes)
        {
            writer.Write(name);
            writer.Write(shape.Length);
            Array.ForEach(shape, writer.Write);
        }

        byte[] model = _bytes ?? File.ReadAllBytes(_options.ModelFile);
        writer.Write(model.Length);
        writer.Write(model);
    }

    private protected override IAddedColumns Bind(DataViewSchema inputSchema) => new OnnxColumns(this, inputSchema);

    private static void Write(BinaryWriter writer, IReadOnlyList<string> names)
    {
        writer.Write(names.Count);
        foreach (string name in names)
        {
            writer.Write(name);
        }
    }

    private static void CheckNames(string[] names, string parameter)
    {
        foreach (string name in names)
        {
            Throw.IfOutOfRange(string.IsNullOrWhiteSpace(name), parameter, "A column needs a name.");
        }
    }
}
