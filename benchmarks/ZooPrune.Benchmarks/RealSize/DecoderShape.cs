namespace ZooPrune.Benchmarks;

/// <summary>How a decoder's weights are stored.</summary>
internal enum WeightFormat
{
    Float32,

    /// <summary>All of the decoder in float16: weights, activations and caches, as exports for GPUs have it.</summary>
    Float16,

    /// <summary>4 bits in blocks of 32 (MatMulNBits), activations in 8 bits, as exports for the CPU have it. Embeddings stay
    /// float32.</summary>
    Q4,
}

/// <summary>Sizes of a vision-language model that is generated to be measured.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Width">H.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Heads">Query heads of a layer.</param>
/// <param name="CacheHeads">Key and value heads of a layer.</param>
/// <param name="HiddenWidth">Width inside a layer's MLP.</param>
/// <param name="Vocabulary">Logits a token.</param>
/// <param name="EncoderWidth">D.</param>
/// <param name="ProjectorWidth">H1.</param>
/// <param name="ImageSize">S; patches have a side of 14.</param>
/// <param name="GridSide">Tiles across and down beside the base tile, as LLaVA-NeXT has them; 0 for one tile.</param>
internal sealed record DecoderShape(
    string Name,
    int Width,
    int Layers,
    int Heads,
    int CacheHeads,
    int HiddenWidth,
    int Vocabulary,
    int EncoderWidth,
    int ProjectorWidth,
    int ImageSize,
    int GridSide = 0)
{
    public const int PatchSide = 14;

    /// <summary>Longest sequence.</summary>
    public const int MaxPositions = 4096;

    /// <summary>Qwen2-0.5B behind SigLIP at 378 pixels: 729 visual tokens.</summary>
    public static DecoderShape QwenHalfBillion { get; } = new("qwen2-0.5b", 896, 24, 14, 2, 4864, 151_936, 1152, 896, 378);

    /// <summary>Two of the 32 layers of LLaVA-1.5-7B: 576 visual tokens.</summary>
    public static DecoderShape Llava { get; } = new("llava-1.5-7b", 4096, 2, 32, 32, 11_008, 32_064, 1024, 4096, 336);

    /// <summary>The same in five tiles: 2,880 visual tokens.</summary>
    public static DecoderShape LlavaNext { get; } = Llava with { Name = "llava-next-7b", GridSide = 2 };

    /// <summary>All 32 layers of LLaVA-NeXT-7B: 13.5 GB in float16.</summary>
    public static DecoderShape LlavaNextWhole { get; } = LlavaNext with { Layers = 32 };

    /// <summary>Small enough for tests: 16 visual tokens.</summary>
    public static DecoderShape Tiny { get; } = new("tiny", 64, 2, 4, 2, 96, 512, 32, 64, 56);

    public int HeadWidth => Width / Heads;

    /// <summary>N of one tile.</summary>
    public int TokensPerTile => ImageSize / PatchSide * (ImageSize / PatchSide);

    public int Tiles => 1 + (GridSide * GridSide);
}
