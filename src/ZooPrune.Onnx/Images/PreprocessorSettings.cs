using System.Text.Json;

namespace ZooPrune.Onnx.Images;

/// <summary>What an image processor's configuration asks for, after checking. Immutable.</summary>
/// <param name="ShortestEdge">Length that the shorter side is resized to; null where <paramref name="ResizeTo"/> or nothing is asked
/// for.</param>
/// <param name="ResizeTo">Size that every picture is resized to, whatever its shape; null otherwise.</param>
/// <param name="CropTo">Size of the centre that is cut out; null for no crop.</param>
/// <param name="Resampling">Filter.</param>
/// <param name="RescaleFactor">Factor from bytes to the unit in which mean and deviation are given; 1 for none.</param>
/// <param name="Mean">[3], subtracted after rescaling.</param>
/// <param name="Deviation">[3], divided by; &gt; 0.</param>
/// <param name="Background">Red, green and blue of what makes a picture a square before anything else; null for no padding.</param>
internal sealed record PreprocessorSettings(
    int? ShortestEdge,
    (int Height, int Width)? ResizeTo,
    (int Height, int Width)? CropTo,
    Resampling Resampling,
    float RescaleFactor,
    IReadOnlyList<float> Mean,
    IReadOnlyList<float> Deviation,
    IReadOnlyList<byte>? Background = null)
{
    /// <summary>Longest side of what a vision encoder takes at once; a picture of that size has 113 MB of pixel values.</summary>
    public const int LargestSide = 3072;

    /// <summary>From levels to pixel values.</summary>
    public PixelScale Scale { get; } = new(RescaleFactor, Mean, Deviation);

    /// <param name="root">The image processor's keys.</param>
    /// <param name="isSquare">Whether a size that is one number means a square; otherwise it is the shorter side.</param>
    /// <exception cref="ZooPruneException">It asks for what is not supported.</exception>
    public static PreprocessorSettings Read(JsonSection root, bool isSquare = false)
    {
        int? shortestEdge = null;
        (int Height, int Width)? resizeTo = null;
        if (root.Boolean("do_resize") ?? true)
        {
            JsonSection size = root.Section("size");
            bool isNumber = size.Kind == JsonValueKind.Number;
            shortestEdge = isNumber ? size.AsInt32(1, LargestSide) : size.Int32("shortest_edge", 1, LargestSide);
            resizeTo = shortestEdge is null ? Size(size) : isNumber && isSquare ? (shortestEdge.Value, shortestEdge.Value) : null;
            shortestEdge = resizeTo is null ? shortestEdge : null;
            if (shortestEdge is not null && !isNumber && size.Has("longest_edge"))
            {
                throw size.Unsupported("longest_edge", size["longest_edge"].Element.GetRawText(), "shortest_edge alone, height and width");
            }
        }

        (int Height, int Width)? cropTo = null;
        if (root.Boolean("do_center_crop") ?? false)
        {
            JsonSection crop = root.Section("crop_size");
            cropTo = crop.Kind == JsonValueKind.Number ? (crop.AsInt32(1, LargestSide), crop.AsInt32(1, LargestSide)) : Size(crop);
        }

        PreprocessorSettings pixels = ReadPixels(root);
        return pixels with { ShortestEdge = shortestEdge, ResizeTo = resizeTo, CropTo = cropTo };
    }

    /// <summary>What says nothing of sizes: resampling, rescaling, normalising.</summary>
    /// <exception cref="ZooPruneException">It asks for what is not supported.</exception>
    public static PreprocessorSettings ReadPixels(JsonSection root)
    {
        int resample = root.Int32("resample", 0, int.MaxValue) ?? (int)Resampling.Bicubic;
        if (!Enum.IsDefined((Resampling)resample))
        {
            throw root.Wrong("resample", $"{resample}", "2 (bilinear) or 3 (bicubic)");
        }

        bool rescale = root.Boolean("do_rescale") ?? true;
        bool normalize = root.Boolean("do_normalize") ?? true;
        float[] deviation = normalize ? root.Singles("image_std", 3) : [1, 1, 1];
        if (deviation.Any(value => !(value > 0)))
        {
            throw root.Wrong("image_std", $"[{string.Join(", ", deviation)}]", "three numbers above 0");
        }

        return new PreprocessorSettings(
            null,
            null,
            null,
            (Resampling)resample,
            rescale ? root.Single("rescale_factor") ?? 1f / 255 : 1,
            normalize ? root.Singles("image_mean", 3) : [0, 0, 0],
            deviation);
    }

    /// <summary>With pictures made square first, in the colour that becomes the mean.</summary>
    public PreprocessorSettings WithSquareBackground() => this with { Background = [.. Mean.Select(mean => (byte)Math.Clamp((int)(mean * 255.0), 0, 255))] };

    private static (int Height, int Width) Size(JsonSection size) =>
        (size.RequiredInt32("height", 1, LargestSide), size.RequiredInt32("width", 1, LargestSide));
}

/// <summary>Levels 0..255 to pixel values: (factor x level - mean) / deviation, looked up. Immutable.</summary>
internal sealed class PixelScale
{
    private const int Levels = 256;
    private readonly float[][] _values = new float[3][];

    /// <param name="factor">From levels to the unit of the mean.</param>
    /// <param name="mean">[3].</param>
    /// <param name="deviation">[3], &gt; 0.</param>
    public PixelScale(double factor, IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        for (int channel = 0; channel < _values.Length; channel++)
        {
            _values[channel] = new float[Levels];
            for (int level = 0; level < Levels; level++)
            {
                _values[channel][level] = (float)(((level * factor) - mean[channel]) / deviation[channel]);
            }
        }
    }

    /// <summary>The values of one channel, by level.</summary>
    public ReadOnlySpan<float> Of(int channel) => _values[channel];

    /// <summary>[height, width, 3] to [3, height, width].</summary>
    public void ToPlanes(RgbImage image, Span<float> planes)
    {
        int area = image.Width * image.Height;
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> values = _values[channel];
            Span<float> plane = planes.Slice(channel * area, area);
            ReadOnlySpan<byte> levels = image.Pixels[channel..];
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = values[levels[3 * i]];
            }
        }
    }
}
