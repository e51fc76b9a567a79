namespace ZooPrune.Onnx;

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
            throw Throw.PictureElongated(width, height, MostElongated);
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

        return rows * columns <= PictureSize.MostPixels
            ? ((int)rows, (int)columns)
            : throw Throw.PictureResult(width, height, (int)columns, (int)rows, PictureSize.MostPixels);
    }
}
