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

    /// <summary>Output: Single, milliseconds this stage took for the row.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.EncodeMilliseconds;
}
