using ZooPrune.Onnx.PrunerGraph;

namespace ZooPrune.Onnx;

/// <summary>
/// A model folder for other programs, whose vision encoder prunes by itself: onnx/vision_encoder.onnx takes what it took and gives
/// image_features of the kept tokens alone, and kept_indices. Budget and method are fixed in it. Immutable.
/// </summary>
/// <remarks>
/// It consists of standard ONNX operators only, so that whatever runs the model runs it. Here the model that it was made of is to be
/// loaded, where each image has a budget of its own. docs/bake.md says what a program has to do.
/// </remarks>
public sealed record BakedModel
{
    internal BakedModel()
    {
    }

    /// <summary>Full path of the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>N, visual tokens of an image before pruning; null where it depends on the picture.</summary>
    public required int? TokenCount { get; init; }

    /// <summary>K, rows of image_features; null where it depends on the picture.</summary>
    public required int? KeptTokenCount { get; init; }

    /// <summary>H, the width of image_features.</summary>
    public required int Width { get; init; }

    /// <summary>How the sensitivity is computed; null if the selection uses none.</summary>
    public required SensitivityMethod? Sensitivity { get; init; }

    /// <summary>What could not be done as asked, or a user should know of the sensitivity; otherwise null.</summary>
    public required string? Note { get; init; }

    /// <summary>Bakes a model. The folder appears whole or not at all; what the vision encoder does not need of it is copied.</summary>
    /// <param name="modelFolder">Path of a model folder in the layout of the Hugging Face hub.</param>
    /// <param name="outFolder">Path of a folder that is not there yet, or is empty.</param>
    /// <param name="pruning">What to keep; the selection is ZooPrune or DivPrune.</param>
    /// <param name="precision">Which of the model's graphs to take.</param>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    /// <exception cref="ArgumentException">A path is empty, or an option is wrong.</exception>
    /// <exception cref="NotSupportedException">The selection cannot be baked.</exception>
    /// <exception cref="ZooPruneException">The model cannot be read or baked, or the folder cannot be written.</exception>
    public static BakedModel Write(
        string modelFolder, string outFolder, PruningOptions pruning, ModelPrecision precision = ModelPrecision.Auto)
    {
        ArgumentNullException.ThrowIfNull(pruning);
        return EncoderBaker.Write(ModelFolder.Open(modelFolder, precision), outFolder, pruning);
    }
}
