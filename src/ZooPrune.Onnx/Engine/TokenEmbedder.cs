using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Engine;

/// <summary>Token ids to embeddings. Thread-safe.</summary>
internal sealed class TokenEmbedder : IDisposable
{
    private readonly GraphSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    private TokenEmbedder(GraphSession session, string input, string output, int width)
    {
        _session = session;
        _inputNames = [input];
        _outputNames = [output];
        Width = width;
    }

    /// <summary>H.</summary>
    public int Width { get; }

    /// <exception cref="ZooPruneException">The file cannot be loaded or is no embedding.</exception>
    public static TokenEmbedder Open(string path)
    {
        GraphSession session = GraphSession.Open(path, 1);
        try
        {
            var signature = new GraphSignature(session);
            signature.Input("input_ids", TensorElementType.Int64, 2);
            string output = signature.OnlyOutputName();
            (int[] shape, _) = signature.FloatOutput(output, 3);
            return shape is [_, _, > 0]
                ? new TokenEmbedder(session, "input_ids", output, shape[2])
                : throw Throw.GraphShape(path, output, shape, "the shape [batch, length, embedding width] with a number as width");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <param name="ids">Token ids.</param>
    /// <returns>Row-major [ids, H].</returns>
    /// <exception cref="ZooPruneException">An id has no embedding.</exception>
    public unsafe float[] Embed(ReadOnlySpan<int> ids)
    {
        if (ids.IsEmpty)
        {
            return [];
        }

        long[] wide = new long[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            wide[i] = ids[i];
        }

        float[] embeddings = new float[ids.Length * Width];
        fixed (long* idStart = wide)
        {
            using OrtValue input = GraphSession.View(idStart, 1, ids.Length);
            try
            {
                using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_inputNames, [input], _outputNames);
                FloatTensors.Read(outputs[0], 0, embeddings);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"{ids.Length} token ids", exception);
            }
        }

        return embeddings;
    }

    public void Dispose() => _session.Dispose();
}
