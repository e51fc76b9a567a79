using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>The language model: embeddings and a cache in, logits and the longer cache out. Thread-safe.</summary>
internal sealed class Decoder : IDisposable
{
    private const string Embeddings = "inputs_embeds";
    private const string Mask = "attention_mask";
    private const string Positions = "position_ids";
    private const string Logits = "logits";

    private readonly GraphSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly (int Heads, int HeadWidth)[] _cacheShapes;

    private Decoder(GraphSession session, int width, int vocabularySize, string[] cacheNames, (int Heads, int HeadWidth)[] cacheShapes)
    {
        _session = session;
        _cacheShapes = cacheShapes;
        _inputNames = [Embeddings, Mask, Positions, .. cacheNames.Select(name => $"past_key_values.{name}")];
        _outputNames = [Logits, .. cacheNames.Select(name => $"present.{name}")];
        Width = width;
        VocabularySize = vocabularySize;
    }

    /// <summary>H.</summary>
    public int Width { get; }

    /// <summary>Logits a token.</summary>
    public int VocabularySize { get; }

    /// <summary>Layers, each with a key and a value in the cache.</summary>
    public int LayerCount => _cacheShapes.Length / 2;

    /// <summary>Heads of the first layer's key.</summary>
    public int CacheHeads => _cacheShapes[0].Heads;

    /// <exception cref="ZooPruneException">The file cannot be loaded or its inputs and outputs are not those of a decoder.</exception>
    public static Decoder Open(string path, int threads)
    {
        GraphSession session = GraphSession.Open(path, threads);
        try
        {
            var signature = new GraphSignature(session);
            int width = Fixed(path, Embeddings, signature.Input(Embeddings, TensorElementType.Float, 3), 2);
            signature.Input(Mask, TensorElementType.Int64, 2);
            signature.Input(Positions, TensorElementType.Int64, 2);
            int vocabularySize = Fixed(path, Logits, signature.Output(Logits, TensorElementType.Float, 3), 2);
            int layers = session.Inputs.Keys.Count(name => name.StartsWith("past_key_values.", StringComparison.Ordinal)) / 2;
            if (layers == 0 || session.Inputs.Count != 3 + (2 * layers))
            {
                throw Throw.DecoderInputs(path, session.Inputs.Keys);
            }

            string[] names = [.. Enumerable.Range(0, layers).SelectMany(layer => (string[])[$"{layer}.key", $"{layer}.value"])];
            var shapes = new (int Heads, int HeadWidth)[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                string past = $"past_key_values.{names[i]}";
                int[] shape = signature.Input(past, TensorElementType.Float, 4);
                shapes[i] = (Fixed(path, past, shape, 1), Fixed(path, past, shape, 3));
                string present = $"present.{names[i]}";
                int[] result = signature.Output(present, TensorElementType.Float, 4);
                if ((result[1] > 0 && result[1] != shapes[i].Heads) || (result[3] > 0 && result[3] != shapes[i].HeadWidth))
                {
                    throw Throw.GraphShape(path, present, result, $"{shapes[i].Heads} heads of width {shapes[i].HeadWidth}, as '{past}' has");
                }
            }

            return new Decoder(session, width, vocabularySize, names, shapes);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The cache before the first token.</summary>
    public KvCache CreateCache() => KvCache.Empty(_cacheShapes);

    /// <summary>Reads the next tokens.</summary>
    /// <param name="embeddings">Row-major [T, H].</param>
    /// <param name="positions">[T].</param>
    /// <param name="past">What was read before; stays as it is.</param>
    /// <returns>Logits of the last token, [vocabulary], and the cache that now includes the tokens.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public unsafe (float[] Logits, KvCache Cache) Run(ReadOnlySpan<float> embeddings, ReadOnlySpan<long> positions, KvCache past)
    {
        int count = positions.Length;
        int total = past.Length + count;
        long[] mask = new long[total];
        Array.Fill(mask, 1);
        fixed (float* embeddingStart = embeddings)
        fixed (long* positionStart = positions, maskStart = mask)
        {
            using OrtValue embeddingValue = GraphSession.View(embeddingStart, 1, count, Width);
            using OrtValue maskValue = GraphSession.View(maskStart, 1, total);
            using OrtValue positionValue = GraphSession.View(positionStart, 1, count);
            IDisposableReadOnlyCollection<OrtValue> outputs;
            try
            {
                outputs = _session.Run(_inputNames, [embeddingValue, maskValue, positionValue, .. past.Values], _outputNames);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"{count} tokens after {past.Length}", exception);
            }

            ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
            return (logits[^VocabularySize..].ToArray(), KvCache.From(outputs, first: 1, total));
        }
    }

    public void Dispose() => _session.Dispose();

    private static int Fixed(string path, string name, int[] shape, int dimension) =>
        shape[dimension] > 0 ? shape[dimension] : throw Throw.GraphShape(path, name, shape, $"a number as dimension {dimension}");
}
