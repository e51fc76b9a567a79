namespace ZooPrune.Onnx;

/// <summary>What has to be known of an image, besides its pixels or visual tokens, to lay it out in a prompt.</summary>
internal enum ImageMeasure
{
    /// <summary>Nothing: all images of a model are alike.</summary>
    None,

    /// <summary>Height and width before preprocessing, in pixels.</summary>
    OriginalSize,

    /// <summary>Frames, rows and columns of patches.</summary>
    PatchGrid,
}
