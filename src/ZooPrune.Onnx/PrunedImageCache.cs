using System.Diagnostics.CodeAnalysis;

namespace ZooPrune.Onnx;

/// <summary>Images that were pruned, by whatever tells them apart; the least recently used are dropped first. Thread-safe.</summary>
/// <remarks>The key has to hold all that the image depends on: what was decoded, and how it was pruned.
/// <see cref="VisionLanguageModelOptions.ImageCacheBytes"/> has a model keep one of its own.</remarks>
/// <typeparam name="TKey">Tells images apart.</typeparam>
public sealed class PrunedImageCache<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, PrunedImage Image)>> _entries = [];
    private readonly LinkedList<(TKey Key, PrunedImage Image)> _latestFirst = [];
    private readonly long _mostBytes;
    private long _bytes;

    /// <param name="mostBytes">Most bytes of all images together, &gt;= 0; a larger image is not kept.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mostBytes"/> is negative.</exception>
    public PrunedImageCache(long mostBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mostBytes);
        _mostBytes = mostBytes;
    }

    /// <summary>Images that are there.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>How often an image was asked for that was not there.</summary>
    public int MissCount { get; private set; }

    /// <summary>An image that was added and not dropped since.</summary>
    /// <param name="key">What it was added with.</param>
    /// <param name="image">The image; null where it is not there.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryGet(TKey key, [NotNullWhen(true)] out PrunedImage? image)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<(TKey, PrunedImage Image)>? entry))
            {
                MissCount++;
                image = null;
                return false;
            }

            _latestFirst.Remove(entry);
            _latestFirst.AddFirst(entry);
            image = entry.Value.Image;
            return true;
        }
    }

    /// <summary>Adds an image, unless it is larger than all may be or its key is there.</summary>
    /// <param name="key">Tells it apart.</param>
    /// <param name="image">The image.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    public void Add(TKey key, PrunedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        lock (_lock)
        {
            if (image.ByteCount > _mostBytes || _entries.ContainsKey(key))
            {
                return;
            }

            _entries.Add(key, _latestFirst.AddFirst((key, image)));
            _bytes += image.ByteCount;
            while (_bytes > _mostBytes)
            {
                (TKey oldest, PrunedImage dropped) = _latestFirst.Last!.Value;
                _latestFirst.RemoveLast();
                _entries.Remove(oldest);
                _bytes -= dropped.ByteCount;
            }
        }
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _latestFirst.Clear();
            _bytes = 0;
        }
    }
}
