namespace ZooPrune.Onnx;

/// <summary>An image as the vision encoder wants it. Immutable as long as the caller leaves the memory alone.</summary>
public sealed class PreparedImage
{
    /// <summary>Wraps pixel values that are ready for the encoder.</summary>
    /// <param name="pixelValues">Resized, rescaled and normalised values, row-major in <paramref name="shape"/>. Not copied.</param>
    /// <param name="shape">Shape of the encoder's input: [3, S, S] or [1, 3, S, S] for one image, [tiles, 3, S, S] for LLaVA-NeXT,
    /// [patches, 3 x frames x side x side] for Qwen2-VL and Qwen2.5-VL. Every dimension &gt; 0.</param>
    /// <param name="originalHeight">Height of the image before preprocessing, in pixels, &gt; 0.</param>
    /// <param name="originalWidth">Width of the image before preprocessing, in pixels, &gt; 0.</param>
    /// <param name="gridThw">Frames, rows and columns of patches, each &gt; 0, for families that need them; otherwise null.</param>
    /// <exception cref="ArgumentNullException"><paramref name="shape"/> is null.</exception>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension, the height or the width is not positive.</exception>
    public PreparedImage(
        ReadOnlyMemory<float> pixelValues,
        IReadOnlyList<int> shape,
        int originalHeight,
        int originalWidth,
        IReadOnlyList<int>? gridThw = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        CheckPositive("PreparedImage, original height", originalHeight, nameof(originalHeight));
        CheckPositive("PreparedImage, original width", originalWidth, nameof(originalWidth));
        long count = 1;
        foreach (int dimension in shape)
        {
            CheckPositive("PreparedImage, shape", dimension, nameof(shape));
            count = checked(count * dimension);
        }

        if (count != pixelValues.Length)
        {
            throw Throw.PixelCountMismatch(pixelValues.Length, shape, count);
        }

        PixelValues = pixelValues;
        Shape = [.. shape];
        OriginalHeight = originalHeight;
        OriginalWidth = originalWidth;
        foreach (int size in gridThw ?? [])
        {
            CheckPositive("PreparedImage, grid", size, nameof(gridThw));
        }

        GridThw = gridThw is null ? null : [.. gridThw];
    }

    /// <summary>The values, row-major in <see cref="Shape"/>.</summary>
    public ReadOnlyMemory<float> PixelValues { get; }

    /// <summary>Shape of the values, as the family's encoder takes them.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Height before preprocessing, in pixels.</summary>
    public int OriginalHeight { get; }

    /// <summary>Width before preprocessing, in pixels.</summary>
    public int OriginalWidth { get; }

    /// <summary>Frames, rows and columns of patches; null for families that do not use them.</summary>
    public IReadOnlyList<int>? GridThw { get; }

    /// <summary>The image without its pixels.</summary>
    internal ImageShape Measure() => new(Shape, OriginalHeight, OriginalWidth, GridThw);

    private static void CheckPositive(string what, int value, string parameter)
    {
        if (value < 1)
        {
            throw Throw.NotPositive(what, value, parameter);
        }
    }
}
