namespace ZooPrune.Onnx;

/// <summary>A part of a resized picture. Only what it holds is computed, so a size that is cropped away costs nothing.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows, &gt; 0.</param>
/// <param name="Width">Columns, &gt; 0.</param>
internal readonly record struct PixelWindow(long Top, long Left, int Height, int Width);
