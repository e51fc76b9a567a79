using System.Text.Json;

namespace ZooPrune.Onnx.Tests;

public sealed class ImagePreprocessorTests : IDisposable
{
    private readonly ImageDecoder _decoder = new(64_000_000);

    public static TheoryData<string> PillowCases =>
        [.. Cases.EnumerateObject().Select(property => property.Name)];

    private static JsonElement Cases { get; } =
        JsonDocument.Parse(File.ReadAllBytes(TestPaths.Data("images.json"))).RootElement.GetProperty("preprocess");

    [Theory]
    [MemberData(nameof(PillowCases))]
    public void Prepare_ResizeAndCrop_IsWhatPillowGives(string file)
    {
        JsonElement expected = Cases.GetProperty(file);

        byte[] levels = Levels(TestPaths.Data("images", file), expected.GetProperty("edge").GetInt32());
        ImageDecoderTests.AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), levels, tolerance: 1);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("strip")]
    public void Prepare_ClipAt336_IsWhatHuggingFaceGives(string name)
    {
        RgbImage expected = _decoder.Read(TestPaths.Data("preprocessing", $"{name}.clip_336.png"));

        byte[] levels = Levels(TestPaths.Data("preprocessing", $"{name}.png"), 336);
        ImageDecoderTests.AssertLevels(expected.Pixels, levels, tolerance: 1);
    }

    [Fact]
    public void Prepare_MeanAndDeviation_AreApplied()
    {
        var settings = new PreprocessorSettings(2, null, (2, 2), Resampling.Bicubic, 1f / 255, [0.5f, 0.25f, 0], [0.5f, 0.25f, 2]);
        using var preprocessor = new ImagePreprocessor(settings, threads: 1);

        PreparedImage image = preprocessor.Prepare([255, 255, 255, 0, 0, 0, 0, 0, 0, 51, 102, 204], 2, 2);

        Assert.Equal([1, 3, 2, 2], image.Shape);
        Assert.Equal((2, 2), (image.OriginalHeight, image.OriginalWidth));
        Near.Equal([1, -1, -1, -0.6f, 3, -1, -1, 0.6f, 0.5f, 0, 0, 0.4f], image.PixelValues.Span, 1e-6);
    }

    [Fact]
    public void Prepare_SmallerThanTheCrop_IsPaddedWithBlack()
    {
        var settings = new PreprocessorSettings(null, null, (4, 4), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        using var preprocessor = new ImagePreprocessor(settings, threads: 1);

        PreparedImage image = preprocessor.Prepare([9, 8, 7, 6, 5, 4], width: 2, height: 1);

        Assert.Equal([1, 3, 4, 4], image.Shape);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 6, 0, 0, 0, 0, 0], image.PixelValues.Span[..16].ToArray());
    }

    [Fact]
    public void Prepare_ExactSize_IgnoresTheShape()
    {
        var settings = new PreprocessorSettings(null, (3, 5), null, Resampling.Bilinear, 1, [0, 0, 0], [1, 1, 1]);
        using var preprocessor = new ImagePreprocessor(settings, threads: 1);

        PreparedImage image = preprocessor.Prepare(Enumerable.Repeat((byte)77, 3 * 7 * 2).ToArray(), width: 7, height: 2);

        Assert.Equal([1, 3, 3, 5], image.Shape);
        Assert.All(image.PixelValues.ToArray(), value => Assert.Equal(77, value));
    }

    public void Dispose() => _decoder.Dispose();

    private byte[] Levels(string path, int edge)
    {
        RgbImage source = _decoder.Read(path);
        var settings = new PreprocessorSettings(edge, null, (edge, edge), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        using var preprocessor = new ImagePreprocessor(settings, threads: 1);
        ReadOnlySpan<float> planes = preprocessor.Prepare(source.Pixels, source.Width, source.Height).PixelValues.Span;
        byte[] interleaved = new byte[planes.Length];
        int area = edge * edge;
        for (int pixel = 0; pixel < area; pixel++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                float level = planes[(channel * area) + pixel];
                Assert.Equal(MathF.Round(level), level);
                interleaved[(3 * pixel) + channel] = (byte)level;
            }
        }

        return interleaved;
    }
}
