namespace ZooPrune.Onnx;

/// <summary>A picture in memory of somebody else.</summary>
/// <param name="pixels">Row-major [height, width, 3]: red, green, blue, 0..255.</param>
/// <param name="width">Pixels in a row, &gt; 0.</param>
/// <param name="height">Rows, &gt; 0.</param>
internal readonly ref struct RgbView(ReadOnlySpan<byte> pixels, int width, int height)
{
    private readonly ReadOnlySpan<byte> _pixels = pixels;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public ReadOnlySpan<byte> Row(int index) => _pixels.Slice(index * 3 * Width, 3 * Width);
}
