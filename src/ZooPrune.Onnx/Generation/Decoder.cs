using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ZooPrune.Onnx;

/// <summary>The language model: embeddings and a cache in, logits and the longer cache out, for one sequence or several
/// side by side. Thread-safe.</summary>
internal sealed class Decoder : IDisposable
{
    private const string Embeddings = "inputs_embeds";
    private const string Mask = "attention_mask";
    private const string PositionIds = "position_ids";
    private const string Logits = "logits";

    // Some exports have these too: how many logits are wanted, and whether there is a cache already.
    private const string LogitsToKeep = "num_logits_to_keep";
    private const string UseCache = "use_cache_branch";

    private static readonly string[] Optional = [PositionIds, LogitsToKeep, UseCache];

    private readonly GraphSession _session;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly (int Heads, int HeadWidth)[] _cacheShapes;
    private readonly TensorElementType _embeddingType;
    private readonly TensorElementType _cacheType;
    private readonly string[] _optional;
    private readonly Lazy<bool> _canPad;

    private Decoder(GraphSession session, int width, int vocabularySize, string[] cacheNames, (int Heads, int HeadWidth)[] cacheShapes)
    {
        _session = session;
        _cacheShapes = cacheShapes;
        _optional = [.. Optional.Where(session.Inputs.ContainsKey)];
        _inputNames = [Embeddings, Mask, .. _optional, .. cacheNames.Select(name => $"past_key_values.{name}")];
        _outputNames = [Logits, .. cacheNames.Select(name => $"present.{name}")];
        _embeddingType = session.Inputs[Embeddings].ElementDataType;
        _cacheType = session.Inputs[$"past_key_values.{cacheNames[0]}"].ElementDataType;
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

    /// <summary>Numbers that make a position: 1, or 3 for mRoPE.</summary>
    public int PositionAxes { get; private init; } = 1;

    /// <summary>Loads a decoder.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="threads">Threads inside one operation; 0 for one per core.</param>
    /// <param name="axes">Numbers that make a position in this family of models.</param>
    /// <param name="positions">What is to be done with positions: a graph without position_ids numbers without gaps.</param>
    /// <param name="sizes">What config.json says, for sizes that the graph leaves open.</param>
    /// <exception cref="ZooPruneException">The file cannot be loaded or its inputs and outputs are not those of a decoder.</exception>
    public static Decoder Open(
        string path, int threads, int axes = 1, PositionMode positions = PositionMode.Compact, DecoderSizes? sizes = null)
    {
        GraphSession session = GraphSession.Open(path, threads);
        try
        {
            var signature = new GraphSignature(session);
            int[] embeddings = signature.FloatInput(Embeddings, 3).Shape;
            int width = Fixed(path, Embeddings, embeddings, 2, sizes?.Width);
            signature.Input(Mask, TensorElementType.Int64, 2);
            CheckPositions(session, signature, axes, positions);
            int vocabularySize = Fixed(path, Logits, signature.FloatOutput(Logits, 3).Shape, 2, sizes?.VocabularySize);
            string[] names = CacheNames(session);
            var shapes = new (int Heads, int HeadWidth)[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                string past = $"past_key_values.{names[i]}";
                (int[] shape, TensorElementType type) = signature.FloatInput(past, 4);
                shapes[i] = (Fixed(path, past, shape, 1, sizes?.CacheHeads), Fixed(path, past, shape, 3, sizes?.HeadWidth));
                string present = $"present.{names[i]}";
                (int[] result, TensorElementType resultType) = signature.FloatOutput(present, 4);
                if ((result[1] > 0 && result[1] != shapes[i].Heads) || (result[3] > 0 && result[3] != shapes[i].HeadWidth))
                {
                    throw Throw.GraphShape(path, present, result, $"{shapes[i].Heads} heads of width {shapes[i].HeadWidth}, as '{past}' has");
                }

                if (resultType != type || type != session.Inputs[$"past_key_values.{names[0]}"].ElementDataType)
                {
                    throw Throw.GraphType(path, present, $"{resultType}", $"{type} as '{past}', and the same in all layers");
                }
            }

            return new Decoder(session, width, vocabularySize, names, shapes) { CanBatch = embeddings[0] != 1, PositionAxes = axes };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the cache for one token of one sequence.</summary>
    public long CacheBytesPerToken => _cacheShapes.Sum(shape => (long)shape.Heads * shape.HeadWidth * (_cacheType == TensorElementType.Float16 ? sizeof(ushort) : sizeof(float)));

    /// <summary>Whether several sequences can be read side by side: whether the graph leaves the batch dimension open.</summary>
    public bool CanBatch { get; private init; }

    /// <summary>
    /// Whether sequences of different lengths can be read side by side: whether what the attention mask hides has no influence. True
    /// for graphs made from the mask; some take only its sum. Measured when first asked.
    /// </summary>
    public bool CanPad => _canPad.Value;

    /// <summary>The cache before the first token.</summary>
    /// <param name="rows">Sequences side by side.</param>
    public KvCache CreateCache(int rows = 1) => KvCache.Empty(_cacheShapes, _cacheType, rows);

    /// <summary>Reads the next tokens, as many of each sequence.</summary>
    /// <param name="embeddings">Row-major [rows, T, H].</param>
    /// <param name="positions">[rows, T, axes].</param>
    /// <param name="past">What was read before; stays as it is.</param>
    /// <returns>Logits of the last token of each sequence, [rows, vocabulary], and the cache that now includes the tokens.</returns>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public unsafe (float[] Logits, KvCache Cache) Run(ReadOnlySpan<float> embeddings, ReadOnlySpan<long> positions, KvCache past)
    {
        int rows = past.Rows;
        int count = positions.Length / rows / PositionAxes;
        int total = past.Length + count;
        long[] mask = new long[rows * total];
        for (int row = 0; row < rows; row++)
        {
            mask.AsSpan((row * total) + past.Padding[row], total - past.Padding[row]).Fill(1);
        }

        long[] axisFirst = AxisFirst(positions);
        fixed (float* embeddingStart = embeddings)
        fixed (long* positionStart = axisFirst, maskStart = mask)
        {
            using OrtValue embeddingValue = FloatTensors.Create(_embeddingType, embeddingStart, embeddings.Length, rows, count, Width);
            using OrtValue maskValue = GraphSession.View(maskStart, rows, total);
            using OrtValue positionValue = PositionAxes == 1
                ? GraphSession.View(positionStart, rows, count)
                : GraphSession.View(positionStart, PositionAxes, rows, count);
            long one = 1;
            bool hasPast = past.Length > 0;
            using OrtValue keepOne = GraphSession.View(&one);
            using OrtValue useCache = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Bool, [1], (nint)(&hasPast), sizeof(bool));
            IEnumerable<OrtValue> optional = _optional.Select(name => name switch
            {
                PositionIds => positionValue,
                LogitsToKeep => keepOne,
                _ => useCache,
            });
            IDisposableReadOnlyCollection<OrtValue> outputs;
            try
            {
                outputs = _session.Run(_inputNames, [embeddingValue, maskValue, .. optional, .. past.Values], _outputNames);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(_session.Name, $"{count} tokens after {past.Length} in {rows} rows", exception);
            }

            return (LastLogits(outputs[0], rows), KvCache.From(outputs, first: 1, past, count));
        }
    }

    /// <summary>Text at these positions: each number in every axis.</summary>
    /// <param name="numbers">[T].</param>
    /// <returns>[T, axes].</returns>
    public long[] Positions(IReadOnlyList<long> numbers) => [.. numbers.SelectMany(number => Enumerable.Repeat(number, PositionAxes))];

    public void Dispose() => _session.Dispose();

    /// <summary>[rows, T, axes] -> [axes, rows, T].</summary>
    private long[] AxisFirst(ReadOnlySpan<long> positions)
    {
        long[] result = new long[positions.Length];
        int tokens = positions.Length / PositionAxes;
        for (int i = 0; i < positions.Length; i++)
        {
            result[(i % PositionAxes * tokens) + (i / PositionAxes)] = positions[i];
        }

        return result;
    }

    /// <summary>[rows, T or 1, vocabulary] -> [rows, vocabulary], the last of T.</summary>
    private float[] LastLogits(OrtValue logits, int rows)
    {
        int given = (int)logits.GetTensorTypeAndShape().Shape[1];
        float[] last = new float[rows * VocabularySize];
        for (int row = 0; row < rows; row++)
        {
            int start = checked((((row + 1) * given) - 1) * VocabularySize);
            FloatTensors.Read(logits, start, last.AsSpan(row * VocabularySize, VocabularySize));
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
        (_, KvCache one) = Run(token, Positions([0]), none);
        (_, KvCache two) = Run(token, Positions([1]), one);
        (float[] alone, KvCache longer) = Run(token, Positions([1]), one);
        KvCache beside = KvCache.Stack([new CacheRow(one, 0), new CacheRow(two, 0)]);
        using var caches = new DisposableList<KvCache> { one, two, longer, beside };
        try
        {
            (float[] both, KvCache last) = Run([.. token, .. token], Positions([1, 2]), beside);
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

    private static void CheckPositions(GraphSession session, GraphSignature signature, int axes, PositionMode positions)
    {
        if (!session.Inputs.ContainsKey(PositionIds) && axes == 1)
        {
            if (positions == PositionMode.KeepOriginal)
            {
                throw Throw.PositionsFixed(session.Name);
            }

            return;
        }

        int[] shape = signature.Input(PositionIds, TensorElementType.Int64, axes == 1 ? 2 : 3);
        if (axes > 1 && shape[0] > 0 && shape[0] != axes)
        {
            throw Throw.GraphShape(session.Name, PositionIds, shape, $"{axes} as dimension 0");
        }
    }

    /// <summary>"0.key", "0.value", "1.key", ... of the layers that the graph has.</summary>
    private static string[] CacheNames(GraphSession session)
    {
        int layers = session.Inputs.Keys.Count(name => name.StartsWith("past_key_values.", StringComparison.Ordinal)) / 2;
        int others = 2 + Optional.Count(session.Inputs.ContainsKey);
        return layers > 0 && session.Inputs.Count == others + (2 * layers)
            ? [.. Enumerable.Range(0, layers).SelectMany(layer => (string[])[$"{layer}.key", $"{layer}.value"])]
            : throw Throw.DecoderInputs(session.Name, session.Inputs.Keys);
    }

    private static int Fixed(string path, string name, int[] shape, int dimension, int? otherwise) =>
        shape[dimension] > 0 ? shape[dimension]
        : otherwise ?? throw Throw.GraphShape(path, name, shape, $"a number as dimension {dimension}");
}
