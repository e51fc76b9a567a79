namespace ZooPrune.Onnx;

/// <summary>A decoded picture.</summary>
/// <param name="Pixels">Row-major [Height, Width, 3]: red, green, blue, 0..255.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
internal sealed record RgbImage(byte[] Pixels, int Width, int Height)
{
    public RgbView View => new(Pixels, Width, Height);
}
