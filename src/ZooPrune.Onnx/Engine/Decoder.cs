using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Engine;

/// <summary>The language model: embeddings and a cache in, logits and the longer cache out, for one sequence or several
/// side by side. Thread-safe.</summary>
internal sealed class Decoder : IDisposable
{
    private readonly GraphSession _session;
    private readonly DecoderSignature _signature;
    private readonly ICacheStore _store;
    private readonly Lazy<bool> _canPad;

    private Decoder(GraphSession session, DecoderSignature signature, ICacheStore store, string? whyAllLogits)
    {
        WhyAllLogits = whyAllLogits;
        _session = session;
        _signature = signature;
        _store = store;
        _canPad = new Lazy<bool>(MeasurePadding);
    }

    /// <summary>H.</summary>
    public int Width => _signature.Width;

    /// <summary>Logits a token.</summary>
    public int VocabularySize => _signature.VocabularySize;

    /// <summary>Layers that have a state.</summary>
    public int LayerCount => _signature.States.Select(state => state.Layer).Distinct().Count();

    /// <summary>Heads of the first keys; null where there are none.</summary>
    public int? CacheHeads => _signature.States.FirstOrDefault(state => state.TokenAxis == 2)?.Parts;

    /// <summary>Numbers that make a position: 1, or 3 for mRoPE.</summary>
    public int PositionAxes => _signature.PositionAxes;

    /// <summary>
    /// Why the graph computes logits of all tokens although the last one's are enough, as a clause; null where it computes only these.
    /// </summary>
    public string? WhyAllLogits { get; }

    /// <summary>Why it runs on the CPU although another device was asked for; otherwise null.</summary>
    public string? FallbackNote => _session.FallbackNote;

    /// <summary>Loads a decoder, which will compute only the last logits where its graph allows.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="axes">Numbers that make a position in this family of models.</param>
    /// <param name="positions">What is to be done with positions: a graph without position_ids numbers without gaps.</param>
    /// <param name="sizes">What config.json says, for sizes that the graph leaves open.</param>
    /// <param name="isApart">Whether states are never touched by the host, as if they were in another memory.</param>
    /// <exception cref="ZooPruneException">The file cannot be loaded or its inputs and outputs are not those of a decoder.</exception>
    public static Decoder Open(
        string path, GraphSettings settings, int axes = 1, PositionMode positions = PositionMode.Compact, DecoderSizes? sizes = null,
        bool isApart = false)
    {
        (GraphSession session, string? whyAllLogits) = OpenForLastLogits(path, settings);
        try
        {
            DecoderSignature signature = DecoderSignature.Read(session, axes, positions, sizes).With(path, session.Device);
            ICacheStore store = !isApart && session.IsOnHost(signature.States[0].Present)
                ? new HostCacheStore()
                : new GraphCacheStore(settings with { Device = session.Device });
            return new Decoder(session, signature, store, whyAllLogits);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the cache for one token of one sequence.</summary>
    public long CacheBytesPerToken => _signature.BytesPerToken;

    /// <summary>Whether a run writes its tokens into the memory that has those before, so that no step copies the cache.</summary>
    public bool GrowsInPlace => _signature.GrowsInPlace;

    /// <summary>Whether several tokens after a cache can be read of one sequence at a time only.</summary>
    public bool ReadsOneRowAfterOthers => _signature.ReadsOneRowAfterOthers;

    /// <summary>Whether several sequences can be read side by side: whether the graph leaves the batch dimension open.</summary>
    public bool CanBatch => _signature.CanBatch;

    /// <summary>
    /// Whether sequences of different lengths can be read side by side: whether what the attention mask hides has no influence. True
    /// for graphs made from the mask; some take only its sum. Measured when first asked. False where there are states besides keys and
    /// values, which no mask hides.
    /// </summary>
    public bool CanPad => _signature.States.All(state => state.Grows) && _canPad.Value;

    /// <summary>The cache before the first token.</summary>
    /// <param name="rows">Sequences side by side.</param>
    public KvCache CreateCache(int rows = 1) => KvCache.Empty(_signature, _store, rows);

    /// <summary>Reads the next tokens, as many of each sequence.</summary>
    /// <param name="embeddings">Row-major [rows, T, H].</param>
    /// <param name="positions">[rows, T, axes].</param>
    /// <param name="past">What was read before; stays as it is.</param>
    /// <param name="room">Tokens that are likely to come after these, for which a cache that grows in place gets room.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Logits of the last token of each sequence, [rows, vocabulary], and the cache that now includes the tokens.</returns>
    /// <exception cref="ObjectDisposedException">The decoder was disposed.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public unsafe (float[] Logits, KvCache Cache) Run(
        ReadOnlySpan<float> embeddings,
        ReadOnlySpan<long> positions,
        KvCache past,
        int room,
        CancellationToken cancellation = default)
    {
        int rows = past.Rows;
        fixed (float* embeddingStart = embeddings)
        {
            using OrtValue value = FloatTensors.Create(
                _signature.EmbeddingType, embeddingStart, embeddings.Length, rows, embeddings.Length / rows / Width, Width);
            return Run(value, positions, past, room, cancellation);
        }
    }

    /// <inheritdoc cref="Run(ReadOnlySpan{float}, ReadOnlySpan{long}, KvCache, int, CancellationToken)"/>
    public (float[] Logits, KvCache Cache) Run(
        ReadOnlySpan<float> embeddings, ReadOnlySpan<long> positions, KvCache past, CancellationToken cancellation = default) =>
        Run(embeddings, positions, past, room: 0, cancellation);

    /// <summary>Reads the next tokens from [rows, T, H] of the graph's type, wherever that is.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{float}, ReadOnlySpan{long}, KvCache, int, CancellationToken)"/>
    public unsafe (float[] Logits, KvCache Cache) Run(
        OrtValue embeddings, ReadOnlySpan<long> positions, KvCache past, int room, CancellationToken cancellation = default)
    {
        int rows = past.Rows;
        int count = positions.Length / rows / PositionAxes;
        long[] mask = Mask(past, count);
        fixed (long* positionStart = AxisFirst(positions), maskStart = mask)
        {
            using OrtValue maskValue = GraphSession.View(maskStart, rows, mask.Length / rows);
            using OrtValue positionValue = PositionAxes == 1
                ? GraphSession.View(positionStart, rows, count)
                : GraphSession.View(positionStart, PositionAxes, rows, count);
            long one = 1;
            bool hasPast = past.Length > 0;
            using OrtValue keepOne = GraphSession.View(&one);
            using OrtValue useCache = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Bool, [1], (nint)(&hasPast), sizeof(bool));
            IEnumerable<(string, OrtValue)> optional = _signature.Optional.Select(name => (name, name switch
            {
                DecoderSignature.PositionIds => positionValue,
                DecoderSignature.LogitsToKeep => keepOne,
                _ => useCache,
            }));
            return Run(
                [(DecoderSignature.Embeddings, embeddings), (DecoderSignature.Mask, maskValue), .. optional],
                count,
                past,
                room,
                cancellation);
        }
    }

    /// <summary>Text at these positions: each number in every axis.</summary>
    /// <param name="numbers">[T].</param>
    /// <returns>[T, axes].</returns>
    public long[] Positions(IReadOnlyList<long> numbers) => [.. numbers.SelectMany(number => Enumerable.Repeat(number, PositionAxes))];

    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
    }

    private static (GraphSession Session, string? WhyAllLogits) OpenForLastLogits(string path, GraphSettings settings)
    {
        (RewrittenGraph? changed, string? why) = LastLogitsSlicer.Write(path);
        if (changed is not null)
        {
            try
            {
                return (GraphSession.OpenPart(path, changed.Model, settings, changed.Folder), null);
            }
            catch (ZooPruneException exception)
            {
                // The file as it is may load, such as one with data files that only its subgraphs name; if not, that error is the user's.
                why = $"ONNX Runtime does not load it changed: {exception.Message}";
            }
        }

        return (GraphSession.Open(path, settings), why);
    }

    private (float[] Logits, KvCache Cache) Run(
        IEnumerable<(string, OrtValue)> inputs, int count, KvCache past, int room, CancellationToken cancellation)
    {
        GrowingMemory? memory = _signature.GrowsInPlace ? past.Extend(count, room) : null;
        try
        {
            IReadOnlyList<OrtValue> before = memory is null
                ? past.Values
                : _signature.Merge(memory.Values, past.Values.Where((_, i) => !_signature.States[i].Grows));
            IEnumerable<OutputPlace> places = _signature.States.Zip(before, (state, value) =>
                new OutputPlace(state.Present, memory is not null && state.Grows ? value : null));
            IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
                [.. inputs, .. _signature.States.Zip(before, (state, value) => (state.Past, value))],
                [new OutputPlace(DecoderSignature.Logits, OnHost: true), .. places],
                cancellation);
            var cache = KvCache.After(past, count, memory, [.. outputs.Skip(1)], outputs);
            memory = null;
            return (LastLogits(outputs[0], past.Rows), cache);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphFailed(_session.Name, $"{count} tokens after {past.Length} in {past.Rows} rows", exception);
        }
        finally
        {
            memory?.Dispose();
        }
    }

    /// <summary>[rows, tokens before and now]: 0 for those that stand for nothing.</summary>
    private long[] Mask(KvCache past, int count)
    {
        int total = past.Length + count;
        long[] mask = new long[past.Rows * total];
        for (int row = 0; row < past.Rows; row++)
        {
            int start = _signature.GrowsInPlace ? 0 : past.Padding[row];
            mask.AsSpan((row * total) + start, total - past.Padding[row]).Fill(1);
        }

        return mask;
    }

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
}
