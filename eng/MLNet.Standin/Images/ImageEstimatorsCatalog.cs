using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML;

/// <summary>Stages for images.</summary>
public static class ImageEstimatorsCatalog
{
    /// <summary>A stage that decodes image files; their paths count from the folder.</summary>
    public static ImageLoadingEstimator LoadImages(
        this TransformsCatalog catalog, string outputColumnName, string imageFolder, string inputColumnName = null)
    {
        Throw.IfNull(catalog, nameof(catalog));
        return new(new ImageLoadingTransformer(outputColumnName, inputColumnName ?? outputColumnName, imageFolder));
    }

    /// <summary>A stage that makes vectors of the pixels' colours.</summary>
    public static ImagePixelExtractingEstimator ExtractPixels(
        this TransformsCatalog catalog,
        string outputColumnName,
        string inputColumnName = null,
        ImagePixelExtractingEstimator.ColorBits colorsToExtract = ImagePixelExtractingEstimator.ColorBits.Rgb,
        ImagePixelExtractingEstimator.ColorsOrder orderOfExtraction = ImagePixelExtractingEstimator.ColorsOrder.ARGB,
        bool interleavePixelColors = false,
        float offsetImage = 0,
        float scaleImage = 1,
        bool outputAsFloatArray = true)
    {
        Throw.IfNull(catalog, nameof(catalog));
        return new(new ImagePixelExtractingTransformer(outputColumnName, inputColumnName ?? outputColumnName, new PixelExtraction(
            colorsToExtract, orderOfExtraction, interleavePixelColors, offsetImage, scaleImage, outputAsFloatArray)));
    }

    /// <summary>A stage that brings images to a size.</summary>
    public static ImageResizingEstimator ResizeImages(
        this TransformsCatalog catalog,
        string outputColumnName,
        int imageWidth,
        int imageHeight,
        string inputColumnName = null,
        ImageResizingEstimator.ResizingKind resizing = ImageResizingEstimator.ResizingKind.IsoCrop,
        ImageResizingEstimator.Anchor cropAnchor = ImageResizingEstimator.Anchor.Center)
    {
        Throw.IfNull(catalog, nameof(catalog));
        return new(new ImageResizingTransformer(
            outputColumnName, inputColumnName ?? outputColumnName, new ImageResizing(imageWidth, imageHeight, resizing, cropAnchor)));
    }
}
