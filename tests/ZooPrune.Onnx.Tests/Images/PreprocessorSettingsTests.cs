using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

public sealed class PreprocessorSettingsTests
{
    private const string Good = """
        { "do_resize": true, "size": { "shortest_edge": 336 }, "resample": 3, "do_center_crop": true, "crop_size": { "height": 336, "width": 336 },
          "do_rescale": true, "rescale_factor": 0.5, "do_normalize": true, "image_mean": [1, 2, 3], "image_std": [4, 5, 6] }
        """;

    [Fact]
    public void Load_ClipFile_HasItsValues()
    {
        PreprocessorSettings settings = Load(Good);

        Assert.Equal(336, settings.ShortestEdge);
        Assert.Null(settings.ResizeTo);
        Assert.Equal((336, 336), settings.CropTo);
        Assert.Equal(Resampling.Bicubic, settings.Resampling);
        Assert.Equal(0.5f, settings.RescaleFactor);
        Assert.Equal([1, 2, 3], settings.Mean);
        Assert.Equal([4, 5, 6], settings.Deviation);
    }

    [Fact]
    public void Load_SizeAsNumberAndNothingElse_TakesDefaults()
    {
        PreprocessorSettings settings = Load("""{ "size": 28, "do_normalize": false }""");

        Assert.Equal(28, settings.ShortestEdge);
        Assert.Null(settings.CropTo);
        Assert.Equal(1f / 255, settings.RescaleFactor);
        Assert.Equal([0, 0, 0], settings.Mean);
        Assert.Equal([1, 1, 1], settings.Deviation);
    }

    [Fact]
    public void Load_HeightAndWidth_IsAnExactSize() =>
        Assert.Equal((112, 56), Load("""{ "size": { "height": 112, "width": 56 }, "do_normalize": false }""").ResizeTo);

    [Fact]
    public void Load_NumberWhereSizesAreSquares_IsAnExactSize() =>
        Assert.Equal((112, 112), Load("""{ "size": 112, "do_normalize": false }""", isSquare: true).ResizeTo);

    [Theory]
    [InlineData("\"resample\": 3", "\"resample\": 1", "'resample' is 1. Expected 2 (bilinear) or 3 (bicubic); correct the value.")]
    [InlineData("[4, 5, 6]", "[4, 0, 6]", "'image_std' is [4, 0, 6]. Expected three numbers above 0; correct the value.")]
    [InlineData("[1, 2, 3]", "[1, 2]", "'image_mean' is [1, 2]. Expected a list of 3 numbers; correct the value.")]
    [InlineData("{ \"shortest_edge\": 336 }", "{ \"shortest_edge\": 0 }", "'size.shortest_edge' is 0. Expected a whole number from 1 to 3072; correct the value.")]
    [InlineData("{ \"shortest_edge\": 336 }", "{ \"shortest_edge\": 336, \"longest_edge\": 900 }", "'size.longest_edge' is 900, which is not supported. Supported are shortest_edge alone, height and width; use a model with one of these.")]
    [InlineData("{ \"shortest_edge\": 336 }", "{ \"height\": 3 }", "the key 'size.width' is missing. It is needed to run the model; copy the file again or add the key.")]
    [InlineData("\"do_resize\": true", "\"do_resize\": 1", "'do_resize' is 1. Expected true or false; correct the value.")]
    [InlineData("0.5", "\"half\"", "'rescale_factor' is \"half\". Expected a number; correct the value.")]
    public void Load_WrongValue_NamesFileKeyAndNeed(string old, string by, string message)
    {
        using var folder = new TestFolder();
        Assert.Contains(old, Good);
        string path = folder.Write("preprocessor_config.json", Good.Replace(old, by));

        var exception = Assert.Throws<ZooPruneException>(() => Read(path));
        Assert.Equal($"File '{path}': {message}", exception.Message);
    }

    private static PreprocessorSettings Load(string json, bool isSquare = false)
    {
        using var folder = new TestFolder();
        return Read(folder.Write("preprocessor_config.json", json), isSquare);
    }

    private static PreprocessorSettings Read(string path, bool isSquare = false)
    {
        using JsonFile file = JsonFile.Open(path);
        return PreprocessorSettings.Read(file.Root, isSquare);
    }
}
