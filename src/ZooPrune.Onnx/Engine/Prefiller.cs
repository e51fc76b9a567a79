namespace ZooPrune.Onnx.Engine;

/// <summary>The state of one sequence after its input.</summary>
/// <param name="Logits">[vocabulary], of the input's last token.</param>
/// <param name="Cache">Where its keys and values are.</param>
internal readonly record struct PrefilledRow(ReadOnlyMemory<float> Logits, CacheRow Cache);

/// <summary>States of several sequences after their inputs, in the order of the inputs. Disposing frees the caches.</summary>
internal sealed class PrefilledRows(PrefilledRow[] rows, IDisposable caches) : IDisposable
{
    public IReadOnlyList<PrefilledRow> Rows => rows;

    public void Dispose() => caches.Dispose();
}

/// <summary>Reads inputs of several sequences. Thread-safe.</summary>
/// <remarks>Sequences of one length are read side by side. Those of different lengths are not: a padded input would have tokens that
/// see nothing, which some graphs answer with NaN.</remarks>
internal sealed class Prefiller(Decoder decoder)
{
    /// <param name="requests">Each input and what was read before it: a cache of one row, or null.</param>
    /// <param name="cancellation">Looked at before each pass, and ends it.</param>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public PrefilledRows Run(
        IReadOnlyList<(DecoderInput Input, KvCache? Past)> requests, CancellationToken cancellation = default) =>
        Run(requests, room: 0, cancellation);

    /// <param name="requests">Each input and what was read before it: a cache of one row, or null.</param>
    /// <param name="room">Tokens that are likely to come after the inputs.</param>
    /// <param name="cancellation">Looked at before each pass, and ends it.</param>
    /// <exception cref="OperationCanceledException">The caller has had enough.</exception>
    /// <exception cref="ZooPruneException">ONNX Runtime failed.</exception>
    public PrefilledRows Run(
        IReadOnlyList<(DecoderInput Input, KvCache? Past)> requests, int room, CancellationToken cancellation = default)
    {
        var rows = new PrefilledRow[requests.Count];
        var caches = new DisposableList<KvCache>();
        try
        {
            foreach (int[] group in Groups(requests))
            {
                cancellation.ThrowIfCancellationRequested();
                (float[] logits, KvCache cache) = RunTogether([.. group.Select(i => requests[i])], room, cancellation);
                caches.Add(cache);
                for (int row = 0; row < group.Length; row++)
                {
                    rows[group[row]] = new PrefilledRow(
                        logits.AsMemory(row * decoder.VocabularySize, decoder.VocabularySize),
                        new CacheRow(cache, row));
                }
            }

            return new PrefilledRows(rows, caches);
        }
        catch
        {
            caches.Dispose();
            throw;
        }
    }

    private IEnumerable<int[]> Groups(IReadOnlyList<(DecoderInput Input, KvCache? Past)> requests)
    {
        IEnumerable<int> all = Enumerable.Range(0, requests.Count);
        return decoder.CanBatch
            ? all.GroupBy(
                i => (requests[i].Past?.Length ?? 0, requests[i].Input.Length, IsAlone(requests[i]) ? i : -1),
                (_, group) => group.ToArray())
            : all.Select(i => (int[])[i]);
    }

    private bool IsAlone((DecoderInput Input, KvCache? Past) request) =>
        decoder.ReadsOneRowAfterOthers && request is { Past: not null, Input.Length: > 1 };

    private (float[] Logits, KvCache Cache) RunTogether(
        (DecoderInput Input, KvCache? Past)[] requests, int room, CancellationToken cancellation)
    {
        if (requests is [(var input, { } past)])
        {
            return decoder.Run(input.Embeddings, input.Positions, past, room, cancellation);
        }

        float[] embeddings = [.. requests.SelectMany(request => request.Input.Embeddings)];
        long[] positions = [.. requests.SelectMany(request => request.Input.Positions)];
        using KvCache together = requests[0].Past is null
            ? decoder.CreateCache(requests.Length)
            : KvCache.Stack([.. requests.Select(request => new CacheRow(request.Past!, 0))]);
        return decoder.Run(embeddings, positions, together, room, cancellation);
    }
}
