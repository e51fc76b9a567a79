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

    /// <summary>Input: Vector&lt;Single&gt; of 3 x S x S pixel values.</summary>
    public string PixelValuesColumnName { get; init; } = ColumnNames.PixelValues;

    /// <summary>Output: Vector&lt;Single, N, D&gt;, the visual tokens; zeros in a row with an error.</summary>
    public string VisualTokensColumnName { get; init; } = ColumnNames.VisualTokens;

    /// <summary>Most images that one run of the encoder takes, &gt;= 1; 0 (the default) chooses by memory and processors. The values of a
    /// row do not depend on it. The stage reads as many rows ahead.</summary>
    public int BatchSize { get; init; }

    /// <summary>Output: Single, milliseconds this stage took for the row: its share of a batch.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.EncodeMilliseconds;
}
