namespace ZooPrune.Onnx.Images;

/// <summary>
/// One tile a picture (CLIP, SigLIP, LLaVA-1.5): expand to a square, resize, centre crop, rescale, normalise, to the byte as Hugging
/// Face's image processors do with PIL. The result is [1, 3, S, S].
/// </summary>
internal sealed class ImagePreprocessor(PreprocessorSettings settings) : IImagePreprocessor
{
    public (int Height, int Width)? TileSize => settings.CropTo ?? settings.ResizeTo;

    public ImageShape Measure(int width, int height)
    {
        ImageLimits.Check(width, height);
        int side = Math.Max(width, height);
        var geometry = settings.Background is null ? ResizeGeometry.For(settings, width, height) : ResizeGeometry.For(settings, side, side);
        return new ImageShape([1, 3, geometry.OutputHeight, geometry.OutputWidth], height, width);
    }

    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ImageLimits.Check(width, height);
        RgbImage tile = settings.Background is null || width == height
            ? Fit(new RgbView(rgb, width, height))
            : Fit(ExpandToSquare(new RgbView(rgb, width, height), settings.Background).View);
        float[] values = new float[3 * tile.Width * tile.Height];
        settings.Scale.ToPlanes(tile, values);
        return new PreparedImage(values, [1, 3, tile.Height, tile.Width], height, width);
    }

    public IReadOnlyList<ImageArea> TileAreas(int width, int height)
    {
        bool isExpanded = settings.Background is not null;
        int side = Math.Max(width, height);
        (int across, int down) = isExpanded ? (side, side) : (width, height);
        var geometry = ResizeGeometry.For(settings, across, down);
        double unitX = (double)across / geometry.Width;
        double unitY = (double)down / geometry.Height;
        return
        [
            new ImageArea(
                ((geometry.Window.Left - geometry.PadLeft) * unitX) - ((across - width) / 2),
                ((geometry.Window.Top - geometry.PadTop) * unitY) - ((down - height) / 2),
                geometry.OutputWidth * unitX,
                geometry.OutputHeight * unitY),
        ];
    }

    private RgbImage Fit(RgbView image)
    {
        var geometry = ResizeGeometry.For(settings, image.Width, image.Height);
        ImageLimits.CheckResult(image, geometry.Window);
        RgbImage cropped = ImageResizer.Resize(image, geometry.Width, geometry.Height, geometry.Window, settings.Resampling);
        return (cropped.Width, cropped.Height) == (geometry.OutputWidth, geometry.OutputHeight)
            ? cropped
            : Paste(cropped.View, geometry.OutputHeight, geometry.OutputWidth, geometry.PadTop, geometry.PadLeft, [0, 0, 0]);
    }

    /// <summary>The picture in the middle of a square of one colour.</summary>
    private static RgbImage ExpandToSquare(RgbView image, IReadOnlyList<byte> background)
    {
        int side = Math.Max(image.Width, image.Height);
        ImageLimits.CheckResult(image, new PixelWindow(0, 0, side, side));
        return Paste(image, side, side, (side - image.Height) / 2, (side - image.Width) / 2, background);
    }

    private static RgbImage Paste(RgbView image, int height, int width, int top, int left, IReadOnlyList<byte> background)
    {
        byte[] pixels = new byte[3 * width * height];
        Span<byte> color = [background[0], background[1], background[2]];
        if (color.ContainsAnyExcept((byte)0))
        {
            for (int i = 0; i < pixels.Length; i += 3)
            {
                color.CopyTo(pixels.AsSpan(i));
            }
        }

        for (int row = 0; row < image.Height; row++)
        {
            image.Row(row).CopyTo(pixels.AsSpan(3 * (((top + row) * width) + left)));
        }

        return new RgbImage(pixels, width, height);
    }
}

/// <summary>RGB bytes to what a vision encoder takes. Immutable and thread-safe.</summary>
internal interface IImagePreprocessor
{
    /// <summary>Height and width of every tile; null where they depend on the picture.</summary>
    (int Height, int Width)? TileSize { get; }

    /// <summary>What Prepare will give for a picture of that size.</summary>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    /// <exception cref="ZooPruneException">The picture has sides that the model cannot take.</exception>
    ImageShape Measure(int width, int height);

    /// <param name="rgb">Row-major [height, width, 3].</param>
    /// <param name="width">Pixels in a row, &gt; 0.</param>
    /// <param name="height">Rows, &gt; 0.</param>
    /// <exception cref="ZooPruneException">The picture has sides that the model cannot take.</exception>
    PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height);

    /// <summary>What each tile shows of a picture; where there are no tiles, what is shown at all.</summary>
    /// <param name="width">Columns of the picture, &gt; 0.</param>
    /// <param name="height">Rows of the picture, &gt; 0.</param>
    IReadOnlyList<ImageArea> TileAreas(int width, int height);
}

/// <summary>The whole numbers of resizing and centre-cropping one picture, rounded as Hugging Face's image processors round.</summary>
/// <param name="Height">Rows after resizing.</param>
/// <param name="Width">Columns after resizing.</param>
/// <param name="Window">The part of the resized picture that is kept.</param>
/// <param name="PadTop">Black rows above, where the picture is smaller than the crop.</param>
/// <param name="PadLeft">Black columns to the left.</param>
/// <param name="OutputHeight">Rows of the result.</param>
/// <param name="OutputWidth">Columns of the result.</param>
internal readonly record struct ResizeGeometry(
    long Height,
    long Width,
    PixelWindow Window,
    int PadTop,
    int PadLeft,
    int OutputHeight,
    int OutputWidth)
{
    public static ResizeGeometry For(PreprocessorSettings settings, int width, int height)
    {
        (long rows, long columns) = settings.ResizeTo
            ?? (settings.ShortestEdge is int edge ? ByShortestEdge(edge, width, height) : ((long)height, width));
        (int Height, int Width)? crop = settings.CropTo;
        int outputRows = crop?.Height ?? (int)Math.Min(rows, int.MaxValue);
        int outputColumns = crop?.Width ?? (int)Math.Min(columns, int.MaxValue);
        int keptRows = (int)Math.Min(rows, outputRows);
        int keptColumns = (int)Math.Min(columns, outputColumns);
        return new ResizeGeometry(
            rows,
            columns,
            new PixelWindow((rows - keptRows) / 2, (columns - keptColumns) / 2, keptRows, keptColumns),
            (outputRows - keptRows + 1) / 2,
            (outputColumns - keptColumns + 1) / 2,
            outputRows,
            outputColumns);
    }

    /// <summary>The longer side is rounded down.</summary>
    private static (long Rows, long Columns) ByShortestEdge(int edge, int width, int height) => width <= height
        ? (Longer(edge, height, width), edge)
        : (edge, Longer(edge, width, height));

    private static long Longer(int edge, int longer, int shorter) => (long)((double)((long)edge * longer) / shorter);
}
