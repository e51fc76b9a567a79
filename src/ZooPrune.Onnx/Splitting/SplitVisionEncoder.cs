namespace ZooPrune.Onnx;

/// <summary>A vision encoder that ended after the projector, cut in two.</summary>
/// <param name="Encoder">ONNX bytes of the graph from pixels to X, in float32; its large constants may be in files of the folder.</param>
/// <param name="Folder">Full path of the folder to which locations of constants in other files are relative.</param>
/// <param name="OutputName">Name of the only output, X, shaped like the output of the whole graph but as wide as the encoder.</param>
/// <param name="Projector">What was cut off.</param>
internal sealed record SplitVisionEncoder(byte[] Encoder, string Folder, string OutputName, ProjectorPart Projector);

/// <summary>What a projector is, as far as that could be recognised.</summary>
/// <param name="InputWidth">D.</param>
/// <param name="OutputWidth">H.</param>
internal abstract record ProjectorPart(int InputWidth, int OutputWidth)
{
    /// <summary>Linear, GELU, Linear.</summary>
    public sealed record Mlp(MlpWeights Weights) : ProjectorPart(Weights.First.InputWidth, Weights.Second.OutputWidth);

    /// <summary>One Linear layer, whose sensitivity is the same for every token.</summary>
    public sealed record Linear(LinearLayer Layer) : ProjectorPart(Layer.InputWidth, Layer.OutputWidth);

    /// <summary>Anything else that treats each token on its own.</summary>
    /// <param name="Model">ONNX bytes, everything inside, in float32.</param>
    /// <param name="InputWidth">D.</param>
    /// <param name="OutputWidth">H.</param>
    /// <param name="Why">Why it has no closed form, as a clause.</param>
    public sealed record Graph(byte[] Model, int InputWidth, int OutputWidth, string Why) : ProjectorPart(InputWidth, OutputWidth);
}
