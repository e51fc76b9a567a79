namespace ZooPrune.Onnx;

/// <summary>What a preprocessor makes of an image, without the pixels. Immutable.</summary>
/// <param name="Shape">Shape of the encoder's input.</param>
/// <param name="OriginalHeight">Height before preprocessing, in pixels.</param>
/// <param name="OriginalWidth">Width before preprocessing, in pixels.</param>
/// <param name="GridThw">Frames, rows and columns of patches; null for families that do not use them.</param>
public sealed record ImageShape(IReadOnlyList<int> Shape, int OriginalHeight, int OriginalWidth, IReadOnlyList<int>? GridThw = null);

/// <summary>What has to be known of an image, besides its pixels or visual tokens, to lay it out in a prompt.</summary>
public enum ImageMeasure
{
    /// <summary>Nothing: all images of a model are alike.</summary>
    None,

    /// <summary>Height and width before preprocessing, in pixels.</summary>
    OriginalSize,

    /// <summary>Frames, rows and columns of patches.</summary>
    PatchGrid,
}
