namespace ZooPrune.Onnx;

/// <summary>What the language model is asked to go on from. Immutable.</summary>
/// <param name="Prefix">What it reads before it answers.</param>
/// <param name="Past">What was read before the prefix, a cache of one row; null for nothing. Stays as it is and belongs to the caller.</param>
/// <param name="Sampler">How tokens are chosen.</param>
/// <param name="MaxNewTokens">Most tokens that are generated, &gt;= 1; the end token counts.</param>
/// <param name="OnToken">Is told of each token as soon as it is chosen; null for nobody.</param>
internal sealed record GenerationRequest(Prefix Prefix, KvCache? Past, TokenSampler Sampler, int MaxNewTokens, Action<int>? OnToken = null);

/// <summary>What was generated, the end token included where one came, and how long it took. In a batch: an equal share of what the
/// batch took.</summary>
internal sealed record GeneratedTokens(IReadOnlyList<int> Ids, TimeSpan Prefill, TimeSpan Decode);
