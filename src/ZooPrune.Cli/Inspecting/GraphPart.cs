namespace ZooPrune.Cli;

/// <summary>One of the graphs that a model consists of; a folder may have it in several precisions.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="File">Name of its file in float32, without the extension.</param>
/// <param name="IsRequired">Whether a model needs it.</param>
internal sealed record GraphPart(string Name, string File, bool IsRequired)
{
    public static GraphPart VisionEncoder { get; } = new("vision encoder", "vision_encoder", true);

    public static GraphPart Projector { get; } = new("projector", "projector", false);

    public static GraphPart Embeddings { get; } = new("text embeddings", "embed_tokens", true);

    public static GraphPart Decoder { get; } = new("language model", "decoder_model_merged", true);

    /// <summary>All parts, in the order of the data.</summary>
    public static IReadOnlyList<GraphPart> All { get; } = [VisionEncoder, Projector, Embeddings, Decoder];
}
