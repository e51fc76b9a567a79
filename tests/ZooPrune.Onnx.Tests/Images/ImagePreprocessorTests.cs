using System.Text.Json;
using ZooPrune.Onnx.Images;

namespace ZooPrune.Onnx.Tests;

public sealed class ImagePreprocessorTests
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
        ImageDecoderTests.AssertLevels(Convert.FromHexString(expected.GetProperty("rgb").GetString()!), levels, tolerance: 0);
    }

    [Fact]
    public void Prepare_MeanAndDeviation_AreApplied()
    {
        var settings = new PreprocessorSettings(2, null, (2, 2), Resampling.Bicubic, 1f / 255, [0.5f, 0.25f, 0], [0.5f, 0.25f, 2]);
        var preprocessor = new ImagePreprocessor(settings);

        PreparedImage image = preprocessor.Prepare([255, 255, 255, 0, 0, 0, 0, 0, 0, 51, 102, 204], 2, 2);

        Assert.Equal([1, 3, 2, 2], image.Shape);
        Assert.Equal((2, 2), (image.OriginalHeight, image.OriginalWidth));
        Near.Equal([1, -1, -1, -0.6f, 3, -1, -1, 0.6f, 0.5f, 0, 0, 0.4f], image.PixelValues.Span, 1e-6);
    }

    [Fact]
    public void Prepare_SmallerThanTheCrop_IsPaddedWithBlack()
    {
        var settings = new PreprocessorSettings(null, null, (4, 4), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        var preprocessor = new ImagePreprocessor(settings);

        PreparedImage image = preprocessor.Prepare([9, 8, 7, 6, 5, 4], width: 2, height: 1);

        Assert.Equal([1, 3, 4, 4], image.Shape);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 6, 0, 0, 0, 0, 0], image.PixelValues.Span[..16].ToArray());
    }

    [Fact]
    public void Prepare_ExactSize_IgnoresTheShape()
    {
        var settings = new PreprocessorSettings(null, (3, 5), null, Resampling.Bilinear, 1, [0, 0, 0], [1, 1, 1]);
        var preprocessor = new ImagePreprocessor(settings);

        PreparedImage image = preprocessor.Prepare(Enumerable.Repeat((byte)77, 3 * 7 * 2).ToArray(), width: 7, height: 2);

        Assert.Equal([1, 3, 3, 5], image.Shape);
        Assert.All(image.PixelValues.ToArray(), value => Assert.Equal(77, value));
    }

    [Theory]
    [InlineData(3, 1, "010203 010203 010203 040506 070809 0A0B0C 010203 010203 010203")]
    [InlineData(1, 3, "010203 040506 010203 010203 070809 010203 010203 0A0B0C 010203")]
    [InlineData(2, 1, "040506 070809 010203 010203")]
    public void Prepare_Background_MakesASquareWithThePictureInTheMiddle(int width, int height, string expected)
    {
        PreprocessorSettings settings =
            new PreprocessorSettings(null, null, null, Resampling.Bicubic, 1, [1.2f / 255, 2, 3], [1, 1, 1]) with { Background = [1, 2, 3] };
        byte[] rgb = [4, 5, 6, 7, 8, 9, 10, 11, 12];

        PreparedImage image = new ImagePreprocessor(settings).Prepare(rgb.AsSpan(0, 3 * width * height), width, height);

        int side = Math.Max(width, height);
        Assert.Equal([1, 3, side, side], image.Shape);
        byte[] square = Convert.FromHexString(expected.Replace(" ", ""));
        float[] reds = [.. square.Where((_, index) => index % 3 == 0).Select(level => level - (1.2f / 255))];
        Near.Equal(reds, image.PixelValues.Span[..(side * side)], 1e-5);
    }

    [Fact]
    public void WithSquareBackground_IsTheMeanRoundedDown() =>
        Assert.Equal(
            [122, 116, 104],
            new PreprocessorSettings(null, null, null, Resampling.Bicubic, 1, [0.48145466f, 0.4578275f, 0.40821073f], [1, 1, 1]).WithSquareBackground().Background!);

    // The resized picture would have 336 x 336,000,000 pixels; only the crop is computed.
    [Fact]
    public void Prepare_LongestStrip_TakesNoMemoryForWhatIsCroppedAway()
    {
        var settings = new PreprocessorSettings(336, null, (336, 336), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        byte[] rgb = Enumerable.Repeat((byte)9, 3 * ImageLimits.LongestSide).ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();

        PreparedImage image = new ImagePreprocessor(settings).Prepare(rgb, ImageLimits.LongestSide, 1);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.All(image.PixelValues.ToArray(), value => Assert.Equal(9, value));
    }

    [Fact]
    public void Prepare_SideTooLong_IsAnError()
    {
        var settings = new PreprocessorSettings(336, null, (336, 336), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);

        var exception = Assert.Throws<ZooPruneException>(() => new ImagePreprocessor(settings).Prepare([], ImageLimits.LongestSide + 1, 1));
        Assert.Equal("Image: it has 1,000,001 x 1 pixels. Sides of 1 to 1,000,000 are prepared; crop the image or make it smaller.", exception.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prepare_ResultTooLarge_IsAnErrorBeforeMemoryIsTaken(bool isSquared)
    {
        var settings = new PreprocessorSettings(isSquared ? 8 : 336, null, isSquared ? (8, 8) : null, Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        settings = isSquared ? settings.WithSquareBackground() : settings;
        byte[] rgb = new byte[3 * 900_000];

        var exception = Assert.Throws<ZooPruneException>(() => new ImagePreprocessor(settings).Prepare(rgb, 900_000, 1));
        string size = isSquared ? "900,000 x 900,000" : "302,400,000 x 336";
        Assert.Equal(
            $"Image: 900,000 x 1 pixels would become {size}. At most 67,108,864 pixels are prepared; crop the image or make it smaller, or lower the size in the configuration of the model's image processor.",
            exception.Message);
    }

    private byte[] Levels(string path, int edge)
    {
        RgbImage source = _decoder.Read(path);
        var settings = new PreprocessorSettings(edge, null, (edge, edge), Resampling.Bicubic, 1, [0, 0, 0], [1, 1, 1]);
        var preprocessor = new ImagePreprocessor(settings);
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
