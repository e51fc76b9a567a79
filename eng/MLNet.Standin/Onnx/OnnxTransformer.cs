using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>Runs an ONNX model on every row. Disposing it disposes the session.</summary>
public sealed class OnnxTransformer : RowToRowTransformerBase, IDisposable
{
    private InferenceSession _session;

    internal OnnxTransformer(OnnxOptions options, Stream modelBytes)
    {
        CheckNames(options.InputColumns, nameof(options.InputColumns));
        CheckNames(options.OutputColumns, nameof(options.OutputColumns));
        Throw.IfOutOfRange(string.IsNullOrWhiteSpace(options.ModelFile), nameof(options.ModelFile), "There is no model file.");
        _session = OnnxSessions.Open(options, modelBytes);
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

    private protected override IAddedColumns Bind(DataViewSchema inputSchema) => new OnnxColumns(this, inputSchema);

    private static void CheckNames(string[] names, string parameter)
    {
        foreach (string name in names)
        {
            Throw.IfOutOfRange(string.IsNullOrWhiteSpace(name), parameter, "A column needs a name.");
        }
    }
}
