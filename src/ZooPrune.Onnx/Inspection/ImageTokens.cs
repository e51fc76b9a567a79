using System.Globalization;
using ZooPrune.Onnx.Images;
using ZooPrune.Onnx.Models;

namespace ZooPrune.Onnx.Inspection;

/// <summary>Counts the visual tokens of pictures without looking at one.</summary>
/// <param name="family">How visual tokens lie in a prompt.</param>
/// <param name="preprocessor">What the model does to pictures.</param>
/// <param name="tileTokens">Visual tokens of one tile; 0 where a picture is one piece of any size.</param>
internal sealed class ImageTokens(IModelFamily family, IImagePreprocessor preprocessor, int tileTokens)
{
    /// <summary>Visual tokens of one tile; 0 where a picture is one piece of any size.</summary>
    public int TileTokens => tileTokens;

    /// <summary>Whether a picture becomes several tiles.</summary>
    public bool IsTiled => preprocessor is TiledImagePreprocessor;

    /// <summary>Reads what is needed; null where nothing says how many visual tokens a tile has.</summary>
    /// <param name="root">The model folder.</param>
    /// <param name="family">How visual tokens lie in a prompt.</param>
    /// <param name="configuration">config.json.</param>
    /// <param name="encoder">The vision encoder's graph.</param>
    /// <param name="maxPixels">Most pixels of a resized picture; null = what the folder says.</param>
    /// <exception cref="ZooPruneException">The description of the preprocessor is broken.</exception>
    public static ImageTokens? Read(
        string root, IModelFamily family, JsonSection configuration, GraphFacts encoder, long? maxPixels = null)
    {
        IImagePreprocessor preprocessor = PreprocessorLoader.Load(PreprocessorLoader.FileIn(root), maxPixels);
        return preprocessor.TileSize is null ? new ImageTokens(family, preprocessor, 0)
            : (OfATile(encoder, configuration) ?? ByProcessor(root, preprocessor)) is { } tokens
                ? new ImageTokens(family, preprocessor, tokens)
            : null;
    }

    /// <summary>Images that the encoder sees, and how their tokens lie.</summary>
    /// <exception cref="ZooPruneException">The model cannot take a picture of that size.</exception>
    public (int Tiles, ImageLayout Layout) Of(int width, int height)
    {
        ImageShape shape = preprocessor.Measure(width, height);
        return (shape.GridThw is null && shape.Shape.Count == 4 ? shape.Shape[0] : 1, family.LayOut(shape, tileTokens));
    }

    /// <summary>Tokens of one tile by the processor's patches, as FastVLM has them; null where it does not say.</summary>
    private static int? ByProcessor(string root, IImagePreprocessor preprocessor)
    {
        string path = Path.Combine(root, "processor_config.json");
        using JsonFile? file = File.Exists(path) ? JsonFile.Open(path) : null;
        return file?.Root.Int32("patch_size", 1, ushort.MaxValue) is { } patch && preprocessor.TileSize is (int height, int width)
            && Math.Min(height, width) >= patch
            ? height / patch * (width / patch)
            : null;
    }

    /// <summary>Tokens of one tile: what the vision encoder's graph says, else what follows from config.json; null for neither.</summary>
    private static int? OfATile(GraphFacts encoder, JsonSection configuration)
    {
        if (encoder.Outputs is [{ Shape: [.., var count, _] }, ..]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int tokens)
            && tokens > 0)
        {
            return tokens;
        }

        JsonSection vision = configuration["vision_config"];
        bool hasClass = configuration.Text("vision_feature_select_strategy") == "full" && vision.Text("model_type") == "clip_vision_model";
        return vision.Int32("image_size", 1, ushort.MaxValue) / vision.Int32("patch_size", 1, ushort.MaxValue) is { } side and > 0
            ? (side * side) + (hasClass ? 1 : 0)
            : null;
    }
}

/// <summary>The budgets that ZOO-Prune was published with (Kim et al., CVPR 2026), by family.</summary>
internal static class PublishedBudgets
{
    /// <summary>Visual tokens of a tile of the models that were measured.</summary>
    private const int PublishedTile = 576;

    /// <param name="isTiled">Whether pictures are cut into tiles, each pruned on its own.</param>
    /// <param name="tileTokens">Visual tokens of one tile, by which counts are scaled; 0 where pictures have any size: shares then.</param>
    public static IReadOnlyList<KeepBudget> Of(bool isTiled, int tileTokens) =>
        tileTokens == 0 ? [KeepBudget.Ratio(0.2), KeepBudget.Ratio(0.1)]
        : isTiled ? Scaled(tileTokens, 640, 320, 160)
        : Scaled(tileTokens, 192, 128, 64);

    private static IReadOnlyList<KeepBudget> Scaled(int tileTokens, params int[] counts) =>
        [.. counts.Select(count => KeepBudget.Tokens(Math.Max(1, (int)Math.Round((double)count * tileTokens / PublishedTile))))];
}
