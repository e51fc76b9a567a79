using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

public sealed class PreprocessorLoaderTests : IDisposable
{
    private const string Tiled = """
        { "image_processor_type": "LlavaNextImageProcessorFast", "size": { "shortest_edge": 8 }, "crop_size": { "height": 8, "width": 8 },
          "image_grid_pinpoints": [[8, 16], [16, 8]], "do_normalize": false }
        """;

    private const string Patched = """{ "image_processor_type": "Qwen2VLImageProcessorFast", "min_pixels": 100, "max_pixels": 4000, "do_normalize": false }""";

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("CLIPImageProcessor")]
    [InlineData("CLIPImageProcessorFast")]
    [InlineData("CLIPImageProcessorPil")]
    [InlineData("SiglipImageProcessor")]
    [InlineData("LlavaImageProcessor")]
    public void Load_OneTile_HasItsSize(string type) =>
        Assert.Equal(
            (8, 6),
            Load($$"""{ "image_processor_type": "{{type}}", "size": { "height": 8, "width": 6 }, "do_normalize": false }""").TileSize);

    [Fact]
    public void Load_OldNamesAndNone_AreClip()
    {
        Assert.Equal((8, 8), Load("""{ "feature_extractor_type": "CLIPFeatureExtractor", "size": 9, "do_center_crop": true, "crop_size": 8, "do_normalize": false }""").TileSize);
        Assert.Equal((8, 8), Load("""{ "size": 9, "do_center_crop": true, "crop_size": 8, "do_normalize": false }""").TileSize);
    }

    [Fact]
    public void Load_Tiles_HaveTheirGrids()
    {
        var tiled = Assert.IsType<TiledImagePreprocessor>(Load(Tiled));
        Assert.Equal([3, 3, 8, 8], tiled.Measure(width: 16, height: 8).Shape);
        Assert.Equal((8, 8), tiled.TileSize);
    }

    [Fact]
    public void Load_Patches_OldLimitsWin()
    {
        string json = Patched.Replace("\"do_normalize\"", "\"size\": { \"shortest_edge\": 4000, \"longest_edge\": 400000 }, \"do_normalize\"");

        Assert.Equal([1, 4, 4], Load(json).Prepare(new byte[3 * 500 * 500], 500, 500).GridThw);
    }

    [Theory]
    [InlineData(Patched, "Qwen2VLImageProcessorFast", "Idefics3ImageProcessor", "'image_processor_type' is Idefics3ImageProcessor, which is not supported. Supported are CLIPImageProcessor, SiglipImageProcessor, LlavaImageProcessor, LlavaNextImageProcessor, Qwen2VLImageProcessor; use a model with one of these.")]
    [InlineData(Patched, "\"min_pixels\": 100", "\"min_pixels\": 5000", "'min_pixels' is 5000. Expected at most max_pixels, which is 4000; correct the value.")]
    [InlineData(Patched, "\"min_pixels\"", "\"do_resize\": false, \"min_pixels\"", "'do_resize' is false, which is not supported. Supported are true: a picture has to be whole visual tokens; use a model with one of these.")]
    [InlineData(Tiled, "[16, 8]", "[16, 9]", "'image_grid_pinpoints' is [16, 9]. Expected [height, width] in multiples of the tile's side 8, 3072 at most; correct the value.")]
    [InlineData(Tiled, "[[8, 16], [16, 8]]", "[]", "'image_grid_pinpoints' is []. Expected a list of [height, width]; correct the value.")]
    [InlineData(Tiled, "\"shortest_edge\": 8", "\"shortest_edge\": 9", "'size' is { \"shortest_edge\": 9 }, which is not supported. Supported are square tiles of one size, which crop_size.height says is 8; use a model with one of these.")]
    public void Load_WrongValue_NamesFileKeyAndNeed(string good, string old, string by, string message)
    {
        Assert.Contains(old, good);
        string path = _folder.Write("preprocessor_config.json", good.Replace(old, by));

        var exception = Assert.Throws<ZooPruneException>(() => PreprocessorLoader.Load(path));
        Assert.Equal($"File '{path}': {message}", exception.Message);
    }

    [Fact]
    public void FileIn_TakesTheProcessorThatHasAnImageProcessor()
    {
        string old = _folder.Write("preprocessor_config.json", "{}");
        string whole = _folder.Write("processor_config.json", "{}");
        Assert.Equal(old, PreprocessorLoader.FileIn(_folder.Root));

        _folder.Write("processor_config.json", $$"""{ "image_processor": {{Patched}} }""");
        Assert.Equal(whole, PreprocessorLoader.FileIn(_folder.Root));
        Assert.Null(PreprocessorLoader.Load(whole).TileSize);
    }

    [Theory]
    [InlineData(1, 201)]
    [InlineData(1, 10_000)]
    public void Prepare_TooElongatedForPatches_IsAnError(int width, int height) =>
        Assert.Throws<ZooPruneException>(() => Load(Patched).Prepare(new byte[3 * width * height], width, height));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 10_000)]
    [InlineData(10_000, 1)]
    public void Prepare_Elongated_IsTiled(int width, int height) =>
        Assert.Equal([3, 3, 8, 8], Load(Tiled).Prepare(new byte[3 * width * height], width, height).Shape);

    [Theory]
    [InlineData(Tiled)]
    [InlineData(Patched)]
    public void Prepare_NoPixelsOrTooLong_IsAnError(string json)
    {
        Assert.Throws<ZooPruneException>(() => Load(json).Prepare([], 0, 4));
        Assert.Throws<ZooPruneException>(() => Load(json).Prepare([], 4, ImageLimits.LongestSide + 1));
    }

    public void Dispose() => _folder.Dispose();

    private IImagePreprocessor Load(string json) => PreprocessorLoader.Load(_folder.Write("any.json", json));
}
