using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>The language model: embeddings and a cache in, logits and the longer cache out, for one sequence or several
/// side by side. Thread-safe.</summary>
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
    private readonly Lazy<bool> _canPad;

    private Decoder(GraphSession session, int width, int vocabularySize, string[] cacheNames, (int Heads, int HeadWidth)[] cacheShapes)
    {
        _session = session;
        _cacheShapes = cacheShapes;
        _inputNames = [Embeddings, Mask, Positions, .. cacheNames.Select(name => $"past_key_values.{name}")];
        _outputNames = [Logits, .. cacheNames.Select(name => $"present.{name}")];
        Width = width;
        VocabularySize = vocabularySize;
        _canPad = new Lazy<bool>(MeasurePadding);
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
            int[] embeddings = signature.Input(Embeddings, TensorElementType.Float, 3);
            int width = Fixed(path, Embeddings, embeddings, 2);
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

            return new Decoder(session, width, vocabularySize, names, shapes) { CanBatch = embeddings[0] != 1 };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the cache for one token of one sequence.</summary>
    public long CacheBytesPerToken => _cacheShapes.Sum(shape => (long)shape.Heads * shape.HeadWidth * sizeof(float));

    /// <summary>Whether several sequences can be read side by side: whether the graph leaves the batch dimension open.</summary>
    public bool CanBatch { get; private init; }

    /// <summary>
    /// Whether sequences of different lengths can be read side by side: whether what the attention mask hides has no influence. True
    /// for graphs made from the mask; some take only its sum. Measured when first asked.
    /// </summary>
    public bool CanPad => _canPad.Value;

    /// <summary>The cache before the first token.</summary>
    /// <param name="rows">Sequences side by side.</param>
    public KvCache CreateCache(int rows = 1) => KvCache.Empty(_cacheShapes, rows);

    /// <summary>Reads the next tokens, as many of each sequence.</summary>
    /// <param name="embeddings">Row-major [rows, T, H].</param>
    /// <param name="positions">[rows, T].</param>
    /// <param name="past">What was read before; stays as it is.</param>
    /// <returns>Logits of the last token of each sequence, [rows, vocabulary], and the cache that now includes the tokens.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public unsafe (float[] Logits, KvCache Cache) Run(ReadOnlySpan<float> embeddings, ReadOnlySpan<long> positions, KvCache past)
    {
        int rows = past.Rows;
        int count = positions.Length / rows;
        int total = past.Length + count;
        long[] mask = new long[rows * total];
        for (int row = 0; row < rows; row++)
        {
            mask.AsSpan((row * total) + past.Padding[row], total - past.Padding[row]).Fill(1);
        }

        fixed (float* embeddingStart = embeddings)
        fixed (long* positionStart = positions, maskStart = mask)
        {
            using OrtValue embeddingValue = GraphSession.View(embeddingStart, rows, count, Width);
            using OrtValue maskValue = GraphSession.View(maskStart, rows, total);
            using OrtValue positionValue = GraphSession.View(positionStart, rows, count);
            IDisposableReadOnlyCollection<OrtValue> outputs;
            try
            {
                outputs = _session.Run(_inputNames, [embeddingValue, maskValue, positionValue, .. past.Values], _outputNames);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"{count} tokens after {past.Length} in {rows} rows", exception);
            }

            return (LastLogits(outputs[0].GetTensorDataAsSpan<float>(), rows, count), KvCache.From(outputs, first: 1, past, count));
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>[rows, T, vocabulary] -> [rows, vocabulary], the last of T.</summary>
    private float[] LastLogits(ReadOnlySpan<float> logits, int rows, int count)
    {
        float[] last = new float[rows * VocabularySize];
        for (int row = 0; row < rows; row++)
        {
            logits.Slice((((row + 1) * count) - 1) * VocabularySize, VocabularySize).CopyTo(last.AsSpan(row * VocabularySize));
        }

        return last;
    }

    /// <summary>Reads a token after one other, alone and beside a longer sequence.</summary>
    private bool MeasurePadding()
    {
        float[] token = new float[Width];
        for (int i = 0; i < Width; i++)
        {
            token[i] = 0.5f * MathF.Sin(i + 1);
        }

        using KvCache none = CreateCache();
        (_, KvCache one) = Run(token, [0], none);
        (_, KvCache two) = Run(token, [1], one);
        (float[] alone, KvCache longer) = Run(token, [1], one);
        KvCache beside = KvCache.Stack([new CacheRow(one, 0), new CacheRow(two, 0)]);
        using var caches = new DisposableList<KvCache> { one, two, longer, beside };
        try
        {
            (float[] both, KvCache last) = Run([.. token, .. token], [1, 2], beside);
            caches.Add(last);
            float largest = alone.Max(Math.Abs);
            return alone.Zip(both).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4f * Math.Max(1, largest));
        }
        catch (ZooPruneException)
        {
            // A graph made for one sequence. It is never given more.
            return false;
        }
    }

    private static int Fixed(string path, string name, int[] shape, int dimension) =>
        shape[dimension] > 0 ? shape[dimension] : throw Throw.GraphShape(path, name, shape, $"a number as dimension {dimension}");
}
