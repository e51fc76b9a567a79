using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI.Tests;

[Collection(SharedModelCollection.Name)]
public sealed class PrunedImageCacheTests(SharedModel shared)
{
    private static readonly PruningOptions Pruning = new() { Keep = KeepBudget.Tokens(64) };

    [Fact]
    public void Add_MoreBytesThanAllowed_DropsTheOneNotUsedForLongest()
    {
        PrunedImage image = shared.Model.Prune(shared.Model.Prepare(SharedModel.Picture), Pruning);
        var cache = new PrunedImageCache<ImageKey>((2 * image.ByteCount) + 1);
        cache.Add(Key("a"), image);
        cache.Add(Key("b"), image);
        Assert.True(cache.TryGet(Key("a"), out _));
        cache.Add(Key("c"), image);
        cache.Add(Key("c"), image);

        Assert.True(cache.TryGet(Key("a"), out PrunedImage? found));
        Assert.Same(image, found);
        Assert.False(cache.TryGet(Key("b"), out _));
        Assert.True(cache.TryGet(Key("c"), out _));
        Assert.Equal((2, 1), (cache.Count, cache.MissCount));
        cache.Clear();
        Assert.False(cache.TryGet(Key("a"), out _));
    }

    [Fact]
    public void Add_LargerThanAll_IsNotKept()
    {
        PrunedImage image = shared.Model.Prune(shared.Model.Prepare(SharedModel.Picture), Pruning);
        var cache = new PrunedImageCache<ImageKey>(image.ByteCount - 1);
        cache.Add(Key("a"), image);

        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void TryGet_OtherPruning_IsAnotherImage()
    {
        var cache = new PrunedImageCache<ImageKey>(1 << 30);
        cache.Add(Key("a"), shared.Model.Prune(shared.Model.Prepare(SharedModel.Picture), Pruning));

        Assert.True(cache.TryGet(new("a", Pruning with { }), out _));
        Assert.False(cache.TryGet(new("a", Pruning with { Seed = 1 }), out _));
        Assert.False(cache.TryGet(new("a", null), out _));
    }

    private static ImageKey Key(string name) => new(name, Pruning);
}
