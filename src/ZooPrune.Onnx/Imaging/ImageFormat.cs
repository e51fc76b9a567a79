namespace ZooPrune.Onnx;

/// <summary>Image file formats that are decoded.</summary>
internal enum ImageFormat
{
    Png,
    Jpeg,
}
