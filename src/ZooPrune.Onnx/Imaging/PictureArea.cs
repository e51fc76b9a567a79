namespace ZooPrune.Onnx;

/// <summary>A rectangle in the pixels of a picture as it was before preprocessing; it may reach over the picture's edges.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Width">Columns, &gt; 0.</param>
/// <param name="Height">Rows, &gt; 0.</param>
internal readonly record struct PictureArea(double Left, double Top, double Width, double Height);
