namespace ZooPrune.Onnx;

/// <summary>How pixels between source pixels are found. Both are antialiased, as PIL's are; the values are PIL's.</summary>
internal enum Resampling
{
    Bilinear = 2,
    Bicubic = 3,
}
