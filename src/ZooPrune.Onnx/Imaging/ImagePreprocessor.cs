namespace ZooPrune.Onnx;

/// <summary>
/// One tile a picture (CLIP, SigLIP, LLaVA-1.5): expand to a square, resize, centre crop, rescale, normalise, to the byte as Hugging
/// Face's image processors do with PIL. The result is [1, 3, S, S].
/// </summary>
internal sealed class ImagePreprocessor(PreprocessorSettings settings) : IImagePreprocessor
{
    public (int Height, int Width)? TileSize => settings.CropTo ?? settings.ResizeTo;

    public ImageShape Measure(int width, int height)
    {
        PictureSize.Check(width, height);
        int side = Math.Max(width, height);
        var geometry = settings.Background is null ? ResizeGeometry.For(settings, width, height) : ResizeGeometry.For(settings, side, side);
        return new ImageShape([1, 3, geometry.OutputHeight, geometry.OutputWidth], height, width);
    }

    public PreparedImage Prepare(ReadOnlySpan<byte> rgb, int width, int height)
    {
        PictureSize.Check(width, height);
        RgbImage tile = settings.Background is null || width == height
            ? Fit(new RgbView(rgb, width, height))
            : Fit(ExpandToSquare(new RgbView(rgb, width, height), settings.Background).View);
        float[] values = new float[3 * tile.Width * tile.Height];
        settings.Scale.ToPlanes(tile, values);
        return new PreparedImage(values, [1, 3, tile.Height, tile.Width], height, width);
    }

    public IReadOnlyList<PictureArea> TileAreas(int width, int height)
    {
        bool isExpanded = settings.Background is not null;
        int side = Math.Max(width, height);
        (int across, int down) = isExpanded ? (side, side) : (width, height);
        var geometry = ResizeGeometry.For(settings, across, down);
        double unitX = (double)across / geometry.Width;
        double unitY = (double)down / geometry.Height;
        return
        [
            new PictureArea(
                ((geometry.Window.Left - geometry.PadLeft) * unitX) - ((across - width) / 2),
                ((geometry.Window.Top - geometry.PadTop) * unitY) - ((down - height) / 2),
                geometry.OutputWidth * unitX,
                geometry.OutputHeight * unitY),
        ];
    }

    private RgbImage Fit(RgbView picture)
    {
        var geometry = ResizeGeometry.For(settings, picture.Width, picture.Height);
        PictureSize.CheckResult(picture, geometry.Window);
        RgbImage cropped = PictureResizer.Resize(picture, geometry.Width, geometry.Height, geometry.Window, settings.Resampling);
        return (cropped.Width, cropped.Height) == (geometry.OutputWidth, geometry.OutputHeight)
            ? cropped
            : Paste(cropped.View, geometry.OutputHeight, geometry.OutputWidth, geometry.PadTop, geometry.PadLeft, [0, 0, 0]);
    }

    /// <summary>The picture in the middle of a square of one colour.</summary>
    private static RgbImage ExpandToSquare(RgbView picture, IReadOnlyList<byte> background)
    {
        int side = Math.Max(picture.Width, picture.Height);
        PictureSize.CheckResult(picture, new PixelWindow(0, 0, side, side));
        return Paste(picture, side, side, (side - picture.Height) / 2, (side - picture.Width) / 2, background);
    }

    private static RgbImage Paste(RgbView picture, int height, int width, int top, int left, IReadOnlyList<byte> background)
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

        for (int row = 0; row < picture.Height; row++)
        {
            picture.Row(row).CopyTo(pixels.AsSpan(3 * (((top + row) * width) + left)));
        }

        return new RgbImage(pixels, width, height);
    }
}
