using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ZooPrune.Onnx.Engine;

/// <summary>Prunes only images that were not pruned in the same way before: known by SHA-256 of their pixel values. Thread-safe.</summary>
/// <param name="mostBytes">Most bytes of all images that are kept.</param>
internal sealed class SeenImages(long mostBytes)
{
    private readonly PrunedImageCache<(string Content, PruningOptions? Pruning)> _cache = new(mostBytes);

    /// <param name="images">Prepared images.</param>
    /// <param name="pruning">How they are pruned; null for not at all.</param>
    /// <param name="prune">Prunes those at the given places, in their order.</param>
    /// <returns>In the order of the images; one that was seen before took no time.</returns>
    public PrunedImage[] Prune(
        IReadOnlyList<PreparedImage> images, PruningOptions? pruning, Func<IReadOnlyList<int>, IReadOnlyList<PrunedImage>> prune)
    {
        (string Content, PruningOptions? Pruning)[] keys = [.. images.Select(image => (Hash(image), pruning))];
        PrunedImage?[] pruned = [.. keys.Select(key => _cache.TryGet(key, out PrunedImage? image) ? image.WithoutTimings() : null)];

        // An image that is there twice is pruned once.
        int[] missing = [.. Enumerable.Range(0, images.Count).Where(i => pruned[i] is null).DistinctBy(i => keys[i])];
        foreach ((int place, PrunedImage image) in missing.Zip(missing.Length == 0 ? [] : prune(missing)))
        {
            pruned[place] = image;
            _cache.Add(keys[place], image);
        }

        for (int i = 0; i < pruned.Length; i++)
        {
            pruned[i] ??= pruned[Array.FindIndex(keys, key => key == keys[i])]!.WithoutTimings();
        }

        return pruned!;
    }

    private static string Hash(PreparedImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[] sizes = [.. image.Shape, image.OriginalHeight, image.OriginalWidth, .. image.GridThw ?? []];
        hash.AppendData(MemoryMarshal.AsBytes(sizes.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(image.PixelValues.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
