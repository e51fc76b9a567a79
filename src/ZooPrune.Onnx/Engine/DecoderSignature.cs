using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Engine;

/// <summary>What a language model's graph takes and gives, after checking. Immutable.</summary>
/// <param name="Width">H.</param>
/// <param name="EmbeddingType">float32 or float16.</param>
/// <param name="VocabularySize">Logits a token.</param>
/// <param name="Cache">Names of the keys and values, "0.key", "0.value", "1.key", ...</param>
/// <param name="CacheShapes">Heads and head width of each.</param>
/// <param name="CacheType">float32 or float16.</param>
/// <param name="Optional">Inputs that some exports have.</param>
/// <param name="PositionAxes">Numbers that make a position: 1, or 3 for mRoPE.</param>
/// <param name="CanBatch">Whether the graph leaves the batch dimension open.</param>
internal sealed record DecoderSignature(
    int Width,
    TensorElementType EmbeddingType,
    int VocabularySize,
    string[] Cache,
    (int Heads, int HeadWidth)[] CacheShapes,
    TensorElementType CacheType,
    string[] Optional,
    int PositionAxes,
    bool CanBatch)
{
    public const string Embeddings = "inputs_embeds";
    public const string Mask = "attention_mask";
    public const string PositionIds = "position_ids";
    public const string Logits = "logits";

    /// <summary>How many logits are wanted.</summary>
    public const string LogitsToKeep = "num_logits_to_keep";

    /// <summary>Whether there is a cache already.</summary>
    public const string UseCache = "use_cache_branch";

    private static readonly string[] KnownOptional = [PositionIds, LogitsToKeep, UseCache];

    public IEnumerable<string> Inputs => [Embeddings, Mask, .. Optional, .. Cache.Select(Past)];

    public IEnumerable<string> Outputs => [Logits, .. Cache.Select(Present)];

    /// <param name="session">The graph.</param>
    /// <param name="axes">Numbers that make a position in this family of models.</param>
    /// <param name="positions">What is to be done with positions: a graph without position_ids numbers without gaps.</param>
    /// <param name="sizes">What config.json says, for sizes that the graph leaves open.</param>
    /// <exception cref="ZooPruneException">Inputs and outputs are not those of a decoder.</exception>
    public static DecoderSignature Read(GraphSession session, int axes, PositionMode positions, DecoderSizes? sizes)
    {
        var signature = new GraphSignature(session);
        (int[] embeddings, TensorElementType embeddingType) = signature.FloatInput(Embeddings, 3);
        int width = Fixed(session, Embeddings, embeddings, 2, sizes?.Width);
        signature.Input(Mask, TensorElementType.Int64, 2);
        CheckPositions(session, signature, axes, positions);
        int vocabularySize = Fixed(session, Logits, signature.FloatOutput(Logits, 3).Shape, 2, sizes?.VocabularySize);
        string[] cache = CacheNames(session);
        TensorElementType cacheType = signature.FloatInput(Past(cache[0]), 4).Type;
        return new DecoderSignature(
            width,
            embeddingType,
            vocabularySize,
            cache,
            [.. cache.Select(name => CacheShape(session, signature, name, cacheType, sizes))],
            cacheType,
            [.. KnownOptional.Where(session.Inputs.ContainsKey)],
            axes,
            embeddings[0] != 1);
    }

    private static string Past(string name) => $"past_key_values.{name}";

    private static string Present(string name) => $"present.{name}";

    private static (int Heads, int HeadWidth) CacheShape(
        GraphSession session, GraphSignature signature, string name, TensorElementType cacheType, DecoderSizes? sizes)
    {
        (int[] past, TensorElementType type) = signature.FloatInput(Past(name), 4);
        int heads = Fixed(session, Past(name), past, 1, sizes?.CacheHeads);
        int width = Fixed(session, Past(name), past, 3, sizes?.HeadWidth);
        (int[] present, TensorElementType presentType) = signature.FloatOutput(Present(name), 4);
        if ((present[1] > 0 && present[1] != heads) || (present[3] > 0 && present[3] != width))
        {
            throw Throw.GraphShape(session.Name, Present(name), present, $"{heads} heads of width {width}, as '{Past(name)}' has");
        }

        return type == cacheType && presentType == cacheType
            ? (heads, width)
            : throw Throw.GraphType(session.Name, Present(name), $"{presentType}", $"{cacheType} like the first layer's key");
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
        int others = 2 + KnownOptional.Count(session.Inputs.ContainsKey);
        return layers > 0 && session.Inputs.Count == others + (2 * layers)
            ? [.. Enumerable.Range(0, layers).SelectMany(layer => (string[])[$"{layer}.key", $"{layer}.value"])]
            : throw Throw.DecoderInputs(session.Name, session.Inputs.Keys);
    }

    private static int Fixed(GraphSession session, string name, int[] shape, int dimension, int? otherwise) =>
        shape[dimension] > 0 ? shape[dimension]
        : otherwise ?? throw Throw.GraphShape(session.Name, name, shape, $"a number as dimension {dimension}");
}

/// <summary>Sizes of a language model as config.json has them; null where it does not say, as the class's defaults then hold.</summary>
/// <param name="Width">H, "hidden_size".</param>
/// <param name="VocabularySize">Logits a token, "vocab_size".</param>
/// <param name="CacheHeads">Key and value heads of a layer, "num_key_value_heads".</param>
/// <param name="HeadWidth">Width of a head, "head_dim".</param>
internal sealed record DecoderSizes(int? Width, int? VocabularySize, int? CacheHeads, int? HeadWidth)
{
    /// <param name="text">The part of config.json that is about the language model.</param>
    /// <exception cref="ZooPruneException">A value is no positive whole number.</exception>
    public static DecoderSizes Read(JsonSection text)
    {
        int? width = text.Int32("hidden_size", 1, int.MaxValue);
        int? heads = text.Int32("num_attention_heads", 1, int.MaxValue);
        return new DecoderSizes(
            width,
            text.Int32("vocab_size", 1, int.MaxValue),
            text.Int32("num_key_value_heads", 1, int.MaxValue),
            text.Int32("head_dim", 1, int.MaxValue) ?? (heads is null ? null : width / heads));
    }
}
