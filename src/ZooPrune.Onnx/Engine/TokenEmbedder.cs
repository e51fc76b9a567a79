using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Engine;

/// <summary>Token ids to embeddings. Thread-safe.</summary>
/// <remarks>Always on the CPU: it is a look into a table, and a device is given the few rows that are needed instead of all.</remarks>
internal sealed class TokenEmbedder : IDisposable
{
    private const string InputIds = "input_ids";

    private readonly GraphSession _session;
    private readonly string _output;
    private readonly TensorElementType _type;

    private TokenEmbedder(GraphSession session, string output, TensorElementType type, int width)
    {
        _session = session;
        _output = output;
        _type = type;
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
            signature.Input(InputIds, TensorElementType.Int64, 2);
            if (GraphInputs.Embeddings.Problem(path, [.. session.Inputs.Keys], []) is { } problem)
            {
                throw problem;
            }

            string output = signature.OnlyOutputName();
            (int[] shape, TensorElementType type) = signature.FloatOutput(output, 3);
            return shape is [_, _, > 0]
                ? new TokenEmbedder(session, output, type, shape[2])
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
        fixed (float* start = embeddings)
        {
            using OrtValue input = GraphSession.View(idStart, 1, ids.Length);
            try
            {
                if (_type == TensorElementType.Float)
                {
                    using OrtValue place = GraphSession.View(start, 1, ids.Length, Width);
                    _session.Run([(InputIds, input)], [new OutputPlace(_output, place)]).Dispose();
                    return embeddings;
                }

                using IDisposableReadOnlyCollection<OrtValue> outputs =
                    _session.Run([(InputIds, input)], [new OutputPlace(_output, OnHost: true)]);
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
