using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

/// <summary>Pixels and pixel values against Hugging Face transformers with PIL, for every kind of preprocessor.</summary>
public sealed class PixelFixtureTests
{
    private const string Scale = """ "resample": 3, "do_rescale": false, "do_normalize": false """;

    private static readonly Dictionary<string, string> Processors = new()
    {
        ["clip_336"] = $$"""{ "image_processor_type": "CLIPImageProcessor", "size": { "shortest_edge": 336 }, "do_center_crop": true, "crop_size": 336, {{Scale}} }""",
        ["llava_padded_336"] = """
            { "image_processor_type": "LlavaImageProcessorFast", "do_pad": true, "size": { "shortest_edge": 336 }, "do_center_crop": true, "crop_size": 336,
              "resample": 3, "do_rescale": true, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711] }
            """,
        ["llava_next"] = $$"""
            { "image_processor_type": "LlavaNextImageProcessor", "size": { "shortest_edge": 336 }, "crop_size": { "height": 336, "width": 336 },
              "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]], {{Scale}} }
            """,
        ["qwen_resized"] = $$"""{ "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2, "temporal_patch_size": 1, {{Scale}} }""",
    };

    private readonly ImageDecoder _decoder = new(64_000_000);

    public static TheoryData<string> Cases => [.. CaseList.EnumerateArray().Select(item => item.GetProperty("values").GetString()!)];

    private static JsonElement CaseList { get; } = JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("preprocessing", "cases.json"))).RootElement;

    [Theory]
    [InlineData("portrait.png", "clip_336")]
    [InlineData("portrait.png", "qwen_resized")]
    [InlineData("small.png", "clip_336")]
    [InlineData("small.png", "qwen_resized")]
    [InlineData("small.png", "llava_padded_336")]
    [InlineData("strip.png", "clip_336")]
    [InlineData("strip.png", "qwen_resized")]
    [InlineData("strip.png", "llava_padded_336")]
    [InlineData("photo.jpg", "clip_336")]
    [InlineData("photo.jpg", "qwen_resized")]
    public void Prepare_WholePicture_IsExact(string file, string processor)
    {
        RgbImage expected = Expected(file, processor);
        IImagePreprocessor preprocessor = Load(Processors[processor]);
        RgbImage source = _decoder.Read(TestPaths.Data("preprocessing", file));

        PreparedImage image = preprocessor.Prepare(source.Pixels, source.Width, source.Height);

        float[] planes = image.GridThw is { } grid ? JoinPatches(image.PixelValues.Span, grid[1], grid[2]) : image.PixelValues.ToArray();
        if (processor == "llava_padded_336")
        {
            planes = Levels(planes, [0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);
        }

        AssertLevels(expected, planes);
    }

    [Theory]
    [InlineData("portrait.png", 3)]
    [InlineData("small.png", 3)]
    [InlineData("strip.png", 4)]
    [InlineData("photo.jpg", 5)]
    public void Prepare_Tiles_AreExact(string file, int tiles)
    {
        RgbImage source = _decoder.Read(TestPaths.Data("preprocessing", file));

        PreparedImage image = Load(Processors["llava_next"]).Prepare(source.Pixels, source.Width, source.Height);

        Assert.Equal([tiles, 3, 336, 336], image.Shape);
        Assert.Equal((source.Height, source.Width), (image.OriginalHeight, image.OriginalWidth));
        for (int tile = 0; tile < (file == "photo.jpg" ? 2 : tiles); tile++)
        {
            int length = 3 * 336 * 336;
            AssertLevels(Expected(file, $"llava_next_tile_{tile}"), image.PixelValues.Span.Slice(tile * length, length));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prepare_ModelFolder_GivesItsPixelValues(string name)
    {
        JsonElement item = CaseList.EnumerateArray().Single(candidate => candidate.GetProperty("values").GetString() == name);
        string file = item.GetProperty("image").GetString()!;
        RgbImage source = _decoder.Read(TestPaths.Data("preprocessing", "cases", file));
        IImagePreprocessor preprocessor = PreprocessorLoader.Load(TestPaths.Data("preprocessing", "cases", $"{item.GetProperty("family").GetString()}.json"));

        PreparedImage image = preprocessor.Prepare(source.Pixels, source.Width, source.Height);

        Assert.Equal(Numbers(item, "shape"), image.Shape);
        if (item.TryGetProperty("image_sizes", out _))
        {
            Assert.Equal(Numbers(item, "image_sizes"), new[] { image.OriginalHeight, image.OriginalWidth });
        }

        Assert.Equal(item.TryGetProperty("image_grid_thw", out _) ? Numbers(item, "image_grid_thw") : null, image.GridThw);

        // The levels are the same: one of 255 over the largest deviation would be 0.0078.
        Near.Equal(Values(name), image.PixelValues.Span, 2e-6);
    }

    private static IImagePreprocessor Load(string json)
    {
        using var folder = new TestFolder();
        return PreprocessorLoader.Load(folder.Write("preprocessor_config.json", json));
    }

    private static int[] Numbers(JsonElement item, string key) => [.. item.GetProperty(key).EnumerateArray().Select(number => number.GetInt32())];

    private static float[] Values(string name)
    {
        using var file = new GZipStream(File.OpenRead(TestPaths.Data("preprocessing", "cases", name)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return MemoryMarshal.Cast<byte, float>(bytes.ToArray()).ToArray();
    }

    private RgbImage Expected(string file, string what) =>
        _decoder.Read(TestPaths.Data("preprocessing", $"{Path.GetFileNameWithoutExtension(file)}.{what}.png"));

    /// <summary>Patches [rows x columns, 3 x 14 x 14], four neighbours after each other, to planes.</summary>
    private static float[] JoinPatches(ReadOnlySpan<float> patches, int rows, int columns)
    {
        const int Side = 14;
        float[] planes = new float[patches.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            (int patch, int channel, int y, int x) = (i / (3 * Side * Side), i / (Side * Side) % 3, i / Side % Side, i % Side);
            (int token, int part) = (patch / 4, patch % 4);
            int row = (Side * ((token / (columns / 2) * 2) + (part / 2))) + y;
            int column = (Side * ((token % (columns / 2) * 2) + (part % 2))) + x;
            planes[(((channel * rows * Side) + row) * columns * Side) + column] = patches[i];
        }

        return planes;
    }

    private static float[] Levels(float[] planes, float[] mean, float[] deviation)
    {
        int area = planes.Length / 3;
        return [.. planes.Select((value, i) => MathF.Round(((value * deviation[i / area]) + mean[i / area]) * 255))];
    }

    private static void AssertLevels(RgbImage expected, ReadOnlySpan<float> planes)
    {
        byte[] levels = new byte[planes.Length];
        int area = planes.Length / 3;
        for (int i = 0; i < planes.Length; i++)
        {
            Assert.Equal(MathF.Round(planes[i]), planes[i]);
            levels[(3 * (i % area)) + (i / area)] = (byte)planes[i];
        }

        ImageDecoderTests.AssertLevels(expected.Pixels, levels, tolerance: 0);
    }
}
