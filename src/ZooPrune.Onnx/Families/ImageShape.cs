namespace ZooPrune.Onnx;

/// <summary>What a preprocessor makes of an image, without the pixels.</summary>
/// <param name="Shape">Shape of the encoder's input.</param>
/// <param name="OriginalHeight">Height before preprocessing, in pixels.</param>
/// <param name="OriginalWidth">Width before preprocessing, in pixels.</param>
/// <param name="GridThw">Frames, rows and columns of patches; null for families that do not use them.</param>
internal sealed record ImageShape(IReadOnlyList<int> Shape, int OriginalHeight, int OriginalWidth, IReadOnlyList<int>? GridThw = null);
