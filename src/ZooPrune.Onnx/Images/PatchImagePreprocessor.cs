namespace ZooPrune.Onnx.Images;

/// <summary>
/// Qwen2-VL and Qwen2.5-VL: the picture at about its own size, cut into patches that lie in the order in which they are merged into
/// visual tokens. The result is [patches, 3 x frames x side x side] with the numbers of patches as frames, rows and columns.
/// </summary>
/// <param name="settings">Resampling and scale.</param>
/// <param name="geometry">Patches and limits.</param>
internal sealed class PatchImagePreprocessor(PreprocessorSettings settings, PatchGeometry geometry) : IImagePreprocessor
{
    public (int Height, int Width)? TileSize => null;

    private int PatchLength => 3 * geometry.Frames * geometry.PatchSize * geometry.PatchSize;

    public ImageShape Measure(int width, int height)
    {
        ImageLimits.Check(width, height);
        (int rows, int columns) = geometry.Resize(width, height);
        (int down, int across) = (rows / geometry.PatchSize, columns / geometry.PatchSize);
        return new ImageShape([down * across, PatchLength], height, width, [1, down, across]);
    }

    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ImageLimits.Check(width, height);
        (int rows, int columns) = geometry.Resize(width, height);
        var window = new PixelWindow(0, 0, rows, columns);
        RgbImage resized = ImageResizer.Resize(new RgbView(rgb, width, height), columns, rows, window, settings.Resampling);
        (int down, int across) = (rows / geometry.PatchSize, columns / geometry.PatchSize);
        int length = PatchLength;
        float[] values = new float[checked(down * across * length)];
        int merge = geometry.MergeSize;
        int patch = 0;
        for (int token = 0; token < down / merge * (across / merge); token++)
        {
            (int top, int left) = (token / (across / merge) * merge, token % (across / merge) * merge);
            for (int part = 0; part < merge * merge; part++)
            {
                CopyPatch(resized, top + (part / merge), left + (part % merge), values.AsSpan(patch++ * length, length));
            }
        }

        return new PreparedImage(values, [down * across, length], height, width, [1, down, across]);
    }

    public IReadOnlyList<ImageArea> TileAreas(int width, int height) => [new ImageArea(0, 0, width, height)];

    /// <summary>One patch, [3, frames, side, side]; all frames are the same.</summary>
    private void CopyPatch(RgbImage image, int patchRow, int patchColumn, Span<float> values)
    {
        int side = geometry.PatchSize;
        int area = side * side;
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<float> scale = settings.Scale.Of(channel);
            Span<float> frames = values.Slice(channel * geometry.Frames * area, geometry.Frames * area);
            for (int y = 0; y < side; y++)
            {
                int start = 3 * ((((patchRow * side) + y) * image.Width) + (patchColumn * side));
                for (int x = 0; x < side; x++)
                {
                    frames[(y * side) + x] = scale[image.Pixels[start + (3 * x) + channel]];
                }
            }

            for (int frame = 1; frame < geometry.Frames; frame++)
            {
                frames[..area].CopyTo(frames[(frame * area)..]);
            }
        }
    }
}

/// <summary>What Qwen2-VL and Qwen2.5-VL cut a picture into.</summary>
/// <param name="PatchSize">Pixels of a patch's side.</param>
/// <param name="MergeSize">Patches of a visual token's side.</param>
/// <param name="Frames">Frames of a patch; a picture is repeated as often.</param>
/// <param name="MinPixels">Least pixels of the resized picture.</param>
/// <param name="MaxPixels">Most pixels of the resized picture.</param>
internal sealed record PatchGeometry(int PatchSize, int MergeSize, int Frames, int MinPixels, int MaxPixels)
{
    /// <summary>Longest side over shortest that the models were made for.</summary>
    public const int MostElongated = 200;

    /// <summary>
    /// The size nearest to the picture's own, in whole visual tokens, whose area is within the limits: to the nearest token, half to
    /// even; where that is too large rounded down, where it is too small up, from the picture scaled to the limit.
    /// </summary>
    /// <exception cref="ZooPruneException">One side is more than 200 times the other.</exception>
    public (int Height, int Width) Resize(int width, int height)
    {
        if ((double)Math.Max(width, height) / Math.Min(width, height) > MostElongated)
        {
            throw Throw.ImageElongated(width, height, MostElongated);
        }

        int unit = PatchSize * MergeSize;
        double rows = Math.Round((double)height / unit, MidpointRounding.ToEven) * unit;
        double columns = Math.Round((double)width / unit, MidpointRounding.ToEven) * unit;
        double area = (double)height * width;
        if (rows * columns > MaxPixels)
        {
            double shrink = Math.Sqrt(area / MaxPixels);
            rows = Math.Max(unit, Math.Floor(height / shrink / unit) * unit);
            columns = Math.Max(unit, Math.Floor(width / shrink / unit) * unit);
        }
        else if (rows * columns < MinPixels)
        {
            double grow = Math.Sqrt(MinPixels / area);
            rows = Math.Ceiling(height * grow / unit) * unit;
            columns = Math.Ceiling(width * grow / unit) * unit;
        }

        return rows * columns <= ImageLimits.MostPixels
            ? ((int)rows, (int)columns)
            : throw Throw.ImageResult(width, height, (int)columns, (int)rows, ImageLimits.MostPixels);
    }
}
