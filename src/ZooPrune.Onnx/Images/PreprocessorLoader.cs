using System.Text.Json;

namespace ZooPrune.Onnx.Images;

/// <summary>Reads a model folder's image processor and makes the preprocessor that does what it says.</summary>
internal static class PreprocessorLoader
{
    private const string Key = "image_processor";
    private const int LargestPatch = 256;
    private const int MostFrames = 4;

    // A small picture is made this large; more would be a way to take memory.
    private const int MostMinPixels = 1 << 22;

    private static readonly string[] Known =
    [
        "CLIPImageProcessor", "SiglipImageProcessor", "LlavaImageProcessor", "LlavaNextImageProcessor", "Qwen2VLImageProcessor",
    ];

    /// <summary>
    /// The file of a folder that describes the image processor, as transformers looks for it: processor_config.json where it has an
    /// image_processor, otherwise preprocessor_config.json.
    /// </summary>
    /// <exception cref="ZooPruneException">processor_config.json is no JSON, or alone and without an image_processor.</exception>
    public static string FileIn(string folder)
    {
        string whole = Path.Combine(folder, "processor_config.json");
        string alone = Path.Combine(folder, "preprocessor_config.json");
        if (File.Exists(whole))
        {
            using JsonFile file = JsonFile.Open(whole);
            if (file.Root.Has(Key))
            {
                return whole;
            }

            return File.Exists(alone) ? alone : throw Throw.ImageProcessorMissing(whole);
        }

        return alone;
    }

    /// <param name="path">preprocessor_config.json, or processor_config.json with an image_processor in it.</param>
    /// <param name="maxPixels">Most pixels of a resized picture, in processors of any size; null takes what the file says.</param>
    /// <exception cref="ZooPruneException">The file is no JSON, or names a processor or asks for a setting that is not
    /// supported.</exception>
    public static IImagePreprocessor Load(string path, long? maxPixels = null)
    {
        using JsonFile file = JsonFile.Open(path);
        JsonSection root = file.Root.Has(Key) ? file.Root[Key] : file.Root;
        string key = root.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type";
        string? name = root.Text(key);
        IImagePreprocessor preprocessor = BareName(name) switch
        {
            // Folders from before the key was written are CLIP's.
            null or "CLIPImageProcessor" or "CLIPFeatureExtractor" => new ImagePreprocessor(PreprocessorSettings.Read(root)),
            "SiglipImageProcessor" => new ImagePreprocessor(PreprocessorSettings.Read(root, isSquare: true)),
            "LlavaImageProcessor" => Llava(root),
            "LlavaNextImageProcessor" => LlavaNext(root),
            "Qwen2VLImageProcessor" or "Qwen2_5_VLImageProcessor" => Qwen(root, maxPixels),
            _ => throw root.Unsupported(key, name!, string.Join(", ", Known)),
        };
        return maxPixels is null || preprocessor is PatchImagePreprocessor
            ? preprocessor
            : throw Throw.MaxPixelsOfOneSize(path, name ?? "CLIP");
    }

    /// <summary>One processor has several names, by the library that does the work: they give the same within a level.</summary>
    private static string? BareName(string? name) =>
        name is null ? null
        : name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4]
        : name.EndsWith("Pil", StringComparison.Ordinal) ? name[..^3]
        : name;

    private static ImagePreprocessor Llava(JsonSection root)
    {
        PreprocessorSettings settings = PreprocessorSettings.Read(root);
        return new ImagePreprocessor(root.Boolean("do_pad") ?? false ? settings.WithSquareBackground() : settings);
    }

    private static TiledImagePreprocessor LlavaNext(JsonSection root)
    {
        JsonSection crop = root.Section("crop_size");
        JsonSection size = root.Section("size");
        int side = Side(crop, "height");
        foreach ((string key, JsonSection section, int other) in ((string, JsonSection, int)[])
            [("crop_size", crop, Side(crop, "width")), ("size", size, Side(size, "height")), ("size", size, Side(size, "width"))])
        {
            if (other != side)
            {
                throw root.Unsupported(key, section.Element.GetRawText(), $"square tiles of one size, which crop_size.height says is "
                    + $"{side}");
            }
        }

        return new TiledImagePreprocessor(PreprocessorSettings.ReadPixels(root) with { CropTo = (side, side) }, TileGrids.Read(root, side));
    }

    /// <summary>One side of a size, which is a number, the shorter side (of a square here), or height and width.</summary>
    private static int Side(JsonSection size, string key) =>
        size.Kind == JsonValueKind.Number ? size.AsInt32(1, TileGrids.LargestSide)
        : size.Int32("shortest_edge", 1, TileGrids.LargestSide) ?? size.RequiredInt32(key, 1, TileGrids.LargestSide);

    private static PatchImagePreprocessor Qwen(JsonSection root, long? maxPixels)
    {
        if (root.Boolean("do_resize") == false)
        {
            throw root.Unsupported("do_resize", "false", "true: a picture has to be whole visual tokens");
        }

        // Each limit has an old name of its own, which wins where both are there, and two names inside "size".
        JsonSection size = root["size"];
        int least = root.Int32("min_pixels", 1, MostMinPixels) ?? size.Int32("shortest_edge", 1, MostMinPixels)
            ?? size.Int32("min_pixels", 1, MostMinPixels) ?? 56 * 56;
        int most = root.Int32("max_pixels", 1, (int)ImageLimits.MostPixels) ?? size.Int32("longest_edge", 1, (int)ImageLimits.MostPixels)
            ?? size.Int32("max_pixels", 1, (int)ImageLimits.MostPixels) ?? 28 * 28 * 1280;
        if (maxPixels is { } limit)
        {
            most = (int)Math.Min(limit, ImageLimits.MostPixels);
            least = Math.Min(least, most);
        }

        if (least > most)
        {
            throw root.Wrong("min_pixels", $"{least}", $"at most max_pixels, which is {most}");
        }

        return new PatchImagePreprocessor(
            PreprocessorSettings.ReadPixels(root),
            new PatchGeometry(
                root.Int32("patch_size", 1, LargestPatch) ?? 14,
                root.Int32("merge_size", 1, LargestPatch) ?? 2,
                root.Int32("temporal_patch_size", 1, MostFrames) ?? 2,
                least,
                most));
    }
}
