using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.EncodeImages"/>. Immutable.</summary>
public sealed record EncodeImagesOptions : VisionStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model whose vision encoder is run.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public EncodeImagesOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <summary>Input: Vector&lt;Single&gt; of 3 x S x S pixel values; of as many as the row's image has where that depends on the
    /// picture.</summary>
    public string PixelValuesColumnName { get; init; } = ColumnNames.PixelValues;

    /// <summary>Input, only for models that need it: the column of <see cref="PreprocessImagesOptions.ImageShapeColumnName"/>. Default:
    /// null, the name that it has there by default.</summary>
    public string? ImageShapeColumnName { get; init; }

    /// <summary>Output: Vector&lt;Single, N, D&gt;, the visual tokens; zeros in a row with an error. Where N depends on the picture
    /// Vector&lt;Single&gt; of N x D values, over all tiles; empty in a row with an error.</summary>
    public string VisualTokensColumnName { get; init; } = ColumnNames.VisualTokens;

    /// <summary>Most tiles that one run of the encoder takes, &gt;= 1; 0 (the default) chooses by memory and processors. A tile is an
    /// image, but for LLaVA-NeXT, whose tiles of one image are never parted; Qwen2-VL and Qwen2.5-VL are run image by image. The values of
    /// a row do not depend on it. The stage reads as many rows ahead.</summary>
    public int BatchSize { get; init; }

    /// <summary>Output: Single, milliseconds this stage took for the row: its share of a batch.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.EncodeMilliseconds;
}
