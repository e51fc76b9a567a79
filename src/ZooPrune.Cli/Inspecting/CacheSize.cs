using System.Globalization;

namespace ZooPrune.Cli;

/// <summary>How much memory the language model's KV cache takes.</summary>
internal static class CacheSize
{
    private const string Past = "past_key_values.";

    /// <summary>Bytes for one token of one sequence; null where neither the graph nor config.json tells.</summary>
    /// <param name="decoder">The language model's graph.</param>
    /// <param name="configuration">config.json.</param>
    public static long? PerToken(GraphFacts decoder, JsonSection configuration)
    {
        long bytes = 0;
        foreach (PortFacts cache in decoder.Inputs.Where(input => input.Name.StartsWith(Past, StringComparison.Ordinal)))
        {
            // [batch, heads, past, head width]
            if (cache.Shape is not [_, var heads, _, var width]
                || (Number(heads) ?? Heads(configuration)) is not { } headCount
                || (Number(width) ?? HeadWidth(configuration)) is not { } headWidth)
            {
                return null;
            }

            bytes += headCount * headWidth * (cache.Type is "float16" or "bfloat16" ? sizeof(ushort) : sizeof(float));
        }

        return bytes > 0 ? bytes : null;
    }

    private static long? Number(string dimension) =>
        long.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and <= int.MaxValue ? number : null;

    private static long? Heads(JsonSection configuration) =>
        Text(configuration).Int32("num_key_value_heads", 1, int.MaxValue) ?? Text(configuration).Int32("num_attention_heads", 1, int.MaxValue);

    private static long? HeadWidth(JsonSection configuration) =>
        Text(configuration).Int32("head_dim", 1, int.MaxValue)
        ?? Text(configuration).Int32("hidden_size", 1, int.MaxValue) / Text(configuration).Int32("num_attention_heads", 1, int.MaxValue);

    private static JsonSection Text(JsonSection configuration) => configuration.Has("text_config") ? configuration["text_config"] : configuration;
}
