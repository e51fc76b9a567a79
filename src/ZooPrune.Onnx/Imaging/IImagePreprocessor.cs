namespace ZooPrune.Onnx;

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
    IReadOnlyList<PictureArea> TileAreas(int width, int height);
}
