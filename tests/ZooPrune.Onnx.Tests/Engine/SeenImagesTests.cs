namespace ZooPrune.Onnx.Tests;

/// <summary>Images that come again are not encoded again, where the model keeps them.</summary>
public sealed class SeenImagesTests : IDisposable
{
    private static readonly PruningOptions Two = new() { Keep = KeepBudget.Tokens(2) };

    private readonly TinyModel _files = new();

    [Fact]
    public void Prune_SameImageAgain_TakesNoTimeAndIsTheSame()
    {
        using VisionLanguageModel model = Load(1 << 20);
        using VisionLanguageModel plain = _files.Load();
        PreparedImage[] images = [TinyModel.Image(1), TinyModel.Image(2), TinyModel.Image(1)];

        IReadOnlyList<PrunedImage> first = model.Prune(images, Two);
        IReadOnlyList<PrunedImage> again = model.Prune(images, Two);

        for (int i = 0; i < images.Length; i++)
        {
            PrunedImage expected = plain.Prune(images[i], Two);
            Assert.Equal(expected.KeptIndices, first[i].KeptIndices);
            Assert.Equal(expected.KeptTokens.ToArray(), first[i].KeptTokens.ToArray());
            Assert.Equal(expected.KeptTokens.ToArray(), again[i].KeptTokens.ToArray());
            Assert.Equal(new StageTimings(), again[i].Timings);
        }

        Assert.True(first[0].Timings.Encode > TimeSpan.Zero);
        Assert.Equal(new StageTimings(), first[2].Timings);
        Assert.Equal(
            plain.Answer(images, "what ?", Two).TokenIds,
            model.Answer(images, "what ?", Two).TokenIds);
    }

    [Fact]
    public void Prune_OtherPruning_IsAnotherImage()
    {
        using VisionLanguageModel model = Load(1 << 20);
        model.Prune(TinyModel.Image(), Two);

        Assert.True(model.Prune(TinyModel.Image(), Two with { Keep = KeepBudget.Tokens(3) }).Timings.Encode > TimeSpan.Zero);
        Assert.True(model.Prune(TinyModel.Image()).Timings.Encode > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, model.Prune(TinyModel.Image(), new PruningOptions { Keep = KeepBudget.Tokens(2) }).Timings.Encode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Prune_NoRoom_EncodesAgain(long bytes)
    {
        using VisionLanguageModel model = Load(bytes);
        model.Prune(TinyModel.Image(), Two);

        Assert.True(model.Prune(TinyModel.Image(), Two).Timings.Encode > TimeSpan.Zero);
    }

    [Fact]
    public void Cache_Full_DropsTheLeastRecentlyUsed()
    {
        using VisionLanguageModel model = _files.Load();
        PrunedImage image = model.Prune(TinyModel.Image(), Two);
        var cache = new PrunedImageCache<int>(2 * image.ByteCount);
        cache.Add(1, image);
        cache.Add(2, image);
        Assert.True(cache.TryGet(1, out _));

        cache.Add(3, image);

        Assert.Equal((true, false, true), (cache.TryGet(1, out _), cache.TryGet(2, out _), cache.TryGet(3, out _)));
        Assert.Equal((2, 1), (cache.Count, cache.MissCount));
        cache.Clear();
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Load_NegativeBytes_SaysWhatIsWrong() => Assert.Equal(
        "VisionLanguageModelOptions.ImageCacheBytes: it is -1. It must be 0 (no cache) or the most bytes of images that are kept; leave it out "
        + "for the default. (Parameter 'ImageCacheBytes')",
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(-1)).Message.Split('\n')[0].TrimEnd());

    public void Dispose() => _files.Dispose();

    private VisionLanguageModel Load(long bytes) => _files.Load(new VisionLanguageModelOptions { ImageCacheBytes = bytes });
}
