using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx;

/// <content>Images without their pixels, for callers that pass an image on in parts.</content>
public sealed partial class VisionLanguageModel
{
    /// <summary>What has to be passed on with pixel values or visual tokens of an image.</summary>
    internal ImageMeasure ImageMeasure => _model.Configuration.Family.Measure;

    /// <summary>Shape of an image where all are alike; of one of 640 x 480 where it depends on the picture.</summary>
    internal ImageShape UsualShape => _model.UsualShape;

    /// <summary>What <see cref="ImageMeasure"/> asks for; [0], [2] or [3].</summary>
    internal long[] MeasuresOf(PreparedImage image) => ImageMeasure switch
    {
        ImageMeasure.OriginalSize => [image.OriginalHeight, image.OriginalWidth],
        ImageMeasure.PatchGrid => [.. image.GridThw!.Select(size => (long)size)],
        _ => [],
    };

    /// <summary>The shape of an image again from what <see cref="MeasuresOf"/> said; that of a grid has no size in pixels.</summary>
    /// <exception cref="ArgumentException">No image has such measures.</exception>
    /// <exception cref="ZooPruneException">The model cannot take pictures with such sides.</exception>
    internal ImageShape ShapeOf(IReadOnlyList<long> measures) => (ImageMeasure, measures) switch
    {
        (ImageMeasure.None, []) => UsualShape,
        (ImageMeasure.OriginalSize, [> 0 and <= int.MaxValue and var height, > 0 and <= int.MaxValue and var width]) =>
            _model.Preprocessor.Measure((int)width, (int)height),
        (ImageMeasure.PatchGrid, [> 0 and var frames, > 0 and var rows, > 0 and var columns]) when CanHold(frames, rows, columns) =>
            new ImageShape([(int)(frames * rows * columns), PatchLength], 1, 1, [(int)frames, (int)rows, (int)columns]),
        _ => throw Throw.ImageMeasures(measures),
    };

    /// <summary>A pruner with a memory of its own, so that callers with other options do not drive it out.</summary>
    internal ModelPruner NewPruner() => _pruning.Another();

    private int PatchLength => UsualShape.Shape[1];

    /// <summary>Whether an array holds the pixel values of such a grid: a wrong number must cost an error and no memory.</summary>
    private bool CanHold(long frames, long rows, long columns)
    {
        long most = Array.MaxLength / PatchLength;
        return frames <= most && rows <= most / frames && columns <= most / (frames * rows);
    }
}
