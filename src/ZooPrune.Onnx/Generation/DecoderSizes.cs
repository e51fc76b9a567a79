namespace ZooPrune.Onnx;

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
