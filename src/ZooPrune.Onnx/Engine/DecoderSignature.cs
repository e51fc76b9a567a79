using Microsoft.ML.OnnxRuntime.Tensors;
using ZooPrune.Onnx.Graphs;

namespace ZooPrune.Onnx.Engine;

/// <summary>What a language model's graph takes and gives, after checking. Immutable.</summary>
/// <param name="Width">H.</param>
/// <param name="EmbeddingType">float32 or float16.</param>
/// <param name="VocabularySize">Logits a token.</param>
/// <param name="States">What it takes from its last run.</param>
/// <param name="Optional">Inputs that some exports have.</param>
/// <param name="PositionAxes">Numbers that make a position: 1, or 3 for mRoPE.</param>
/// <param name="CanBatch">Whether the graph leaves the batch dimension open.</param>
/// <param name="GrowsInPlace">Whether the graph writes the tokens of a run into the memory that has those before.</param>
/// <param name="ReadsOneRowAfterOthers">Whether several tokens after a cache can be read of one sequence at a time only, as
/// GroupQueryAttention does.</param>
internal sealed record DecoderSignature(
    int Width,
    TensorElementType EmbeddingType,
    int VocabularySize,
    DecoderState[] States,
    string[] Optional,
    int PositionAxes,
    bool CanBatch,
    bool GrowsInPlace = false,
    bool ReadsOneRowAfterOthers = false)
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

    public IEnumerable<string> Inputs => [Embeddings, Mask, .. Optional, .. States.Select(state => state.Past)];

    public IEnumerable<string> Outputs => [Logits, .. States.Select(state => state.Present)];

    /// <summary>Bytes of the cache for one token of one sequence.</summary>
    public long BytesPerToken => States.Where(state => state.Grows).Sum(state => (long)state.Parts * state.TokenBytes);

    /// <summary>One for each state, of those that grow and those that do not.</summary>
    public T[] Merge<T>(IEnumerable<T> growing, IEnumerable<T> others)
    {
        using IEnumerator<T> grows = growing.GetEnumerator();
        using IEnumerator<T> stays = others.GetEnumerator();
        return [.. States.Select(state => (state.Grows ? grows : stays) is var next && next.MoveNext()
            ? next.Current
            : throw new InvalidOperationException($"There is no value for '{state.Past}'."))];
    }

    /// <summary>The same, with what only the nodes of the graph tell. Nothing, where the file cannot be read here.</summary>
    public DecoderSignature With(string path, Device device)
    {
        try
        {
            using OnnxFile file = OnnxFile.Open(path);
            OnnxGraph graph = OnnxGraphReader.Read(file.Memory);
            return this with
            {
                GrowsInPlace = device.Name is "cpu" or "cuda" && DecoderState.CanGrowInPlace(graph, States),
                ReadsOneRowAfterOthers = graph.Nodes.Any(DecoderState.IsGroupQueryAttention),
            };
        }
        catch (Exception exception)
            when (exception is InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            return this;
        }
    }

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
        string[] optional = [.. KnownOptional.Where(session.Inputs.ContainsKey)];
        return new DecoderSignature(
            width,
            embeddingType,
            vocabularySize,
            DecoderState.ReadAll(session, [Embeddings, Mask, .. optional], sizes),
            optional,
            axes,
            embeddings[0] != 1);
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
