using ZooPrune.Onnx;

namespace ZooPrune.MLNet;

/// <summary>Options of <see cref="ZooPruneCatalog.PreprocessImages"/>. Immutable.</summary>
public sealed record PreprocessImagesOptions : VisionStageOptions
{
    /// <summary>Options for <paramref name="model"/>; the rest has defaults or is set in an object initialiser.</summary>
    /// <param name="model">The model whose preprocessing is done: resizing, cropping and normalising as its
    /// preprocessor_config.json says.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public PreprocessImagesOptions(VisionLanguageModel model)
        : base(model)
    {
    }

    /// <summary>Input: an image column (MLImage, for example from LoadImages); or a text column of image paths, or Vector&lt;Byte&gt; with
    /// the bytes of PNG, JPEG, WebP, GIF or BMP files, which the model then reads with its own decoder. An image's alpha channel is
    /// ignored. A file of these formats that an image's Tag names, as LoadImages sets it, is checked to be whole, because ML.NET makes
    /// half grey images of files that were cut off.</summary>
    public string ImageColumnName { get; init; } = ColumnNames.Image;

    /// <summary>Folder in which relative paths of a text column start; null is the current directory. Not used for an image
    /// column.</summary>
    public string? ImageFolder { get; init; }

    /// <summary>Output: Vector&lt;Single, 3, S, S&gt;, S the model's image size; zeros in a row with an error. Where the number of values
    /// depends on the picture Vector&lt;Single&gt;, row-major [tiles, 3, S, S] for LLaVA-NeXT, [patches, L] for Qwen2-VL and Qwen2.5-VL;
    /// empty in a row with an error.</summary>
    public string PixelValuesColumnName { get; init; } = ColumnNames.PixelValues;

    /// <summary>Output, only for models that need it: what tells the later stages how large the picture is. Vector&lt;Int64, 2&gt;, height
    /// and width of the picture in pixels, for LLaVA-NeXT; Vector&lt;Int64, 3&gt;, frames, rows and columns of patches, for Qwen2-VL and
    /// Qwen2.5-VL; zeros in a row with an error. Default: null, the name that transformers gives it, image_sizes or
    /// image_grid_thw.</summary>
    public string? ImageShapeColumnName { get; init; }

    /// <summary>Output: Single, milliseconds this stage took for the row. Decoding counts if this stage reads the file.</summary>
    public string MillisecondsColumnName { get; init; } = ColumnNames.PreprocessMilliseconds;
}
