namespace ZooPrune.Onnx;

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
