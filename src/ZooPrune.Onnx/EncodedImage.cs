namespace ZooPrune.Onnx;

/// <summary>An image as the vision encoder sees it: its visual tokens, and how they lie in the prompt. Immutable.</summary>
/// <remarks>From <see cref="VisionLanguageModel.Encode(PreparedImage, CancellationToken)"/>.</remarks>
public sealed class EncodedImage
{
    /// <summary>Wraps visual tokens that are there already.</summary>
    /// <param name="visualTokens">X, row-major [N, D], of all tiles. Not copied.</param>
    /// <param name="layout">How they lie in the prompt.</param>
    /// <exception cref="ArgumentNullException"><paramref name="layout"/> is null.</exception>
    public EncodedImage(ReadOnlyMemory<float> visualTokens, ImageLayout layout)
        : this(visualTokens, layout, new StageTimings())
    {
    }

    internal EncodedImage(ReadOnlyMemory<float> visualTokens, ImageLayout layout, StageTimings timings)
    {
        ArgumentNullException.ThrowIfNull(layout);
        VisualTokens = visualTokens;
        Layout = layout;
        Timings = timings;
    }

    /// <summary>X, row-major [N, D], of all tiles.</summary>
    public ReadOnlyMemory<float> VisualTokens { get; }

    /// <summary>How they lie in the prompt.</summary>
    public ImageLayout Layout { get; }

    /// <summary>What the encoder's attention says about the tokens, for selections that use it; null where it was not read, as
    /// <see cref="VisionLanguageModel.Encode(PreparedImage, PruningOptions, CancellationToken)"/> does.</summary>
    public EncoderAttention? Attention { get; init; }

    /// <summary>What preparing and encoding took; of a batch an equal share for each tile.</summary>
    public StageTimings Timings { get; }
}
