using System.Diagnostics;

namespace ZooPrune.Onnx.Engine;

/// <summary>Prefill and decoding with a KV cache, for one sequence or several at once. Thread-safe.</summary>
internal sealed class TextGenerator(TokenEmbedder embedder, Decoder decoder, IReadOnlyList<int> endTokenIds)
{
    private const int MostRoom = 256;

    private readonly Prefiller _prefiller = new(decoder);

    /// <summary>Continues each input until an end token or its largest number of tokens.</summary>
    /// <param name="requests">What to go on from; the answers come in this order and are those that each would get alone.</param>
    /// <param name="start">Time stamp from which the prefill counts.</param>
    /// <param name="cancellation">Looked at before anything is read and after each token.</param>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    /// <exception cref="ZooPruneException">ONNX Runtime failed, or a logit is NaN.</exception>
    public GeneratedTokens[] Generate(
        IReadOnlyList<GenerationRequest> requests, long start, CancellationToken cancellation = default)
    {
        Sequence[] sequences;
        TimeSpan prefill;
        long decodeStart;
        using (PrefilledRows prefilled = _prefiller.Run(
            [.. requests.Select(request => (request.Input, request.Past))],
            Room(requests.Max(request => request.MaxNewTokens)),
            cancellation))
        {
            sequences = [.. requests.Zip(prefilled.Rows, (request, row) => new Sequence(request, row.Cache))];
            foreach ((Sequence sequence, PrefilledRow row) in sequences.Zip(prefilled.Rows))
            {
                sequence.Add(row.Logits.Span, endTokenIds);
            }

            prefill = Stopwatch.GetElapsedTime(start) / requests.Count;
            decodeStart = Stopwatch.GetTimestamp();
            foreach (Sequence[] together in Groups([.. sequences.Where(sequence => !sequence.IsDone)]))
            {
                Decode(together, cancellation);
            }
        }

        TimeSpan decode = Stopwatch.GetElapsedTime(decodeStart) / requests.Count;
        return [.. sequences.Select(sequence => new GeneratedTokens(sequence.Ids, sequence.Reason, prefill, decode))];
    }

    /// <summary>Logits of the token after an input, [vocabulary].</summary>
    public float[] NextTokenLogits(DecoderInput input, CancellationToken cancellation = default)
    {
        using PrefilledRows prefilled = _prefiller.Run([(input, null)], cancellation);
        return prefilled.Rows[0].Logits.ToArray();
    }

    /// <summary>Sequences that take their steps side by side: all where the graph allows padding, otherwise those of one length.</summary>
    private IEnumerable<Sequence[]> Groups(Sequence[] sequences) =>
        sequences.Length == 0 ? []
        : !decoder.CanBatch ? sequences.Select(sequence => (Sequence[])[sequence])
        : sequences.All(sequence => sequence.Cache.Length == sequences[0].Cache.Length) || decoder.CanPad ? [sequences]
        : sequences.GroupBy(sequence => sequence.Cache.Length, (_, group) => group.ToArray());

    /// <summary>Tokens for which a cache gets room ahead: not for all that an answer might have.</summary>
    private static int Room(int most) => Math.Min(most, MostRoom);

    /// <summary>Takes steps until all are done.</summary>
    private void Decode(Sequence[] rows, CancellationToken cancellation)
    {
        KvCache? own = null;
        try
        {
            while (rows.Length > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                KvCache read = rows[0].Cache.Cache;
                if (!AreAllOf(rows, read))
                {
                    read = KvCache.Stack([.. rows.Select(row => row.Cache)], Room(rows.Max(row => row.Left)));
                    own?.Dispose();
                    own = read;
                }

                (float[] logits, KvCache next) = decoder.Run(
                    embedder.Embed([.. rows.Select(row => row.Ids[^1])]),
                    decoder.Positions([.. rows.Select(row => row.NextPosition)]),
                    read,
                    cancellation);
                own?.Dispose();
                own = next;
                for (int i = 0; i < rows.Length; i++)
                {
                    rows[i].Cache = new CacheRow(next, i);
                    rows[i].Add(logits.AsSpan(i * decoder.VocabularySize, decoder.VocabularySize), endTokenIds);
                }

                // Sequences that are done take idle steps until half of them are: moving the others costs as much as a step.
                Sequence[] going = [.. rows.Where(row => !row.IsDone)];
                rows = going.Length <= rows.Length / 2 ? going : rows;
            }
        }
        finally
        {
            own?.Dispose();
        }
    }

    /// <summary>Whether the sequences are the rows of one cache, all of them and in order, so that nothing need be moved.</summary>
    private static bool AreAllOf(Sequence[] rows, KvCache cache) =>
        cache.Rows == rows.Length && rows.Index().All(row => row.Item.Cache == new CacheRow(cache, row.Index));

    /// <summary>One answer in the making.</summary>
    private sealed class Sequence(GenerationRequest request, CacheRow cache)
    {
        private readonly List<int> _ids = [];

        public IReadOnlyList<int> Ids => _ids;

        public bool IsDone { get; private set; }

        public FinishReason Reason { get; private set; } = FinishReason.Length;

        /// <summary>Most tokens that are still to come.</summary>
        public int Left => request.MaxNewTokens - _ids.Count;

        public CacheRow Cache { get; set; } = cache;

        /// <summary>Position of the token that was chosen last. Those of idle steps stay where they are.</summary>
        public long NextPosition => request.Input.NextPosition + _ids.Count - 1;

        public void Add(ReadOnlySpan<float> logits, IReadOnlyList<int> endTokenIds)
        {
            if (IsDone)
            {
                return;
            }

            int id = request.Sampler.Choose(logits);
            _ids.Add(id);
            bool isStopped = request.OnToken?.Invoke(id) ?? false;
            if (isStopped || endTokenIds.Contains(id))
            {
                Reason = FinishReason.Stop;
            }

            IsDone = Reason == FinishReason.Stop || _ids.Count >= request.MaxNewTokens;
        }
    }
}

/// <summary>What the language model is asked to go on from. Immutable.</summary>
/// <param name="Input">What it reads before it answers.</param>
/// <param name="Past">What was read before the input, a cache of one row; null for nothing. Stays as it is and belongs to the
/// caller.</param>
/// <param name="Sampler">How tokens are chosen.</param>
/// <param name="MaxNewTokens">Most tokens that are generated, &gt;= 1; the end token counts.</param>
/// <param name="OnToken">Is told of each token as soon as it is chosen, and says whether the answer ends with it; null for
/// nobody.</param>
internal sealed record GenerationRequest(
    DecoderInput Input, KvCache? Past, TokenSampler Sampler, int MaxNewTokens, Func<int, bool>? OnToken = null);

/// <summary>What was generated, the end token included where one came, why it ended, and how long it took. In a batch: an equal share of what the
/// batch took.</summary>
internal sealed record GeneratedTokens(IReadOnlyList<int> Ids, FinishReason Reason, TimeSpan Prefill, TimeSpan Decode);
