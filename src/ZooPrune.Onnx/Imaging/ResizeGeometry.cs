namespace ZooPrune.Onnx;

/// <summary>The whole numbers of resizing and centre-cropping one picture, rounded as Hugging Face's image processors round.</summary>
/// <param name="ResizedHeight">Rows after resizing.</param>
/// <param name="ResizedWidth">Columns after resizing.</param>
/// <param name="CropTop">First row kept.</param>
/// <param name="CropLeft">First column kept.</param>
/// <param name="CropHeight">Rows kept.</param>
/// <param name="CropWidth">Columns kept.</param>
/// <param name="PadTop">Black rows above, where the picture is smaller than the crop.</param>
/// <param name="PadLeft">Black columns to the left.</param>
/// <param name="OutputHeight">Rows of the result.</param>
/// <param name="OutputWidth">Columns of the result.</param>
internal readonly record struct ResizeGeometry(
    int ResizedHeight,
    int ResizedWidth,
    int CropTop,
    int CropLeft,
    int CropHeight,
    int CropWidth,
    int PadTop,
    int PadLeft,
    int OutputHeight,
    int OutputWidth)
{
    public static ResizeGeometry For(PreprocessorSettings settings, int width, int height)
    {
        (int rows, int columns) = settings.ResizeTo
            ?? (settings.ShortestEdge is int edge ? ByShortestEdge(edge, width, height) : (height, width));
        (int outputRows, int outputColumns) = settings.CropTo ?? (rows, columns);
        int cropRows = Math.Min(rows, outputRows);
        int cropColumns = Math.Min(columns, outputColumns);
        return new ResizeGeometry(
            rows,
            columns,
            (rows - cropRows) / 2,
            (columns - cropColumns) / 2,
            cropRows,
            cropColumns,
            (outputRows - cropRows + 1) / 2,
            (outputColumns - cropColumns + 1) / 2,
            outputRows,
            outputColumns);
    }

    /// <summary>The longer side is rounded down, and never so far that nothing of it is left.</summary>
    private static (int Rows, int Columns) ByShortestEdge(int edge, int width, int height) => width <= height
        ? (Longer(edge, height, width), edge)
        : (edge, Longer(edge, width, height));

    private static int Longer(int edge, int longer, int shorter) => (int)((double)((long)edge * longer) / shorter);
}
