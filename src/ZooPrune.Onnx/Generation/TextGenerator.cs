using System.Diagnostics;

namespace ZooPrune.Onnx;

/// <summary>What was generated, the end token included where one came, and how long it took.</summary>
internal sealed record GeneratedTokens(IReadOnlyList<int> Ids, TimeSpan Prefill, TimeSpan Decode);

/// <summary>Prefill and greedy decoding with a KV cache. Thread-safe.</summary>
internal sealed class TextGenerator(TokenEmbedder embedder, Decoder decoder)
{
    /// <summary>Continues a prefix until an end token or the largest number of tokens.</summary>
    /// <param name="prefix">Everything that the language model reads before it answers.</param>
    /// <param name="past">What was read before the prefix; stays as it is.</param>
    /// <param name="sampling">Where to stop.</param>
    /// <param name="start">Time stamp from which the prefill counts.</param>
    public GeneratedTokens Generate(Prefix prefix, KvCache past, SamplingOptions sampling, long start)
    {
        (float[] logits, KvCache cache) = decoder.Run(prefix.Embeddings, prefix.Positions, past);
        var ids = new List<int>();
        try
        {
            int next = SamplingOptions.Choose(logits);
            TimeSpan prefill = Stopwatch.GetElapsedTime(start);
            long decodeStart = Stopwatch.GetTimestamp();
            long position = prefix.NextPosition;
            ids.Add(next);
            while (!sampling.EndTokenIds.Contains(next) && ids.Count < sampling.MaxNewTokens)
            {
                KvCache read = cache;
                (logits, cache) = decoder.Run(embedder.Embed([next]), [position++], read);
                read.Dispose();
                next = SamplingOptions.Choose(logits);
                ids.Add(next);
            }

            return new GeneratedTokens(ids, prefill, Stopwatch.GetElapsedTime(decodeStart));
        }
        finally
        {
            cache.Dispose();
        }
    }

    /// <summary>Logits of the token after a prefix, [vocabulary].</summary>
    public float[] NextTokenLogits(Prefix prefix, KvCache past)
    {
        (float[] logits, KvCache cache) = decoder.Run(prefix.Embeddings, prefix.Positions, past);
        cache.Dispose();
        return logits;
    }
}
