using System.Diagnostics.CodeAnalysis;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Images that were pruned, the least recently used of them dropped first. Thread-safe.</summary>
/// <param name="mostBytes">Most bytes of all images together.</param>
internal sealed class PrunedImageCache(long mostBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<(Key Key, PrunedImage Image)>> _entries = [];
    private readonly LinkedList<(Key Key, PrunedImage Image)> _latestFirst = [];
    private long _bytes;

    /// <summary>Images that are there.</summary>
    public int Count => _entries.Count;

    /// <summary>How often an image was asked for that was not there.</summary>
    public int MissCount { get; private set; }

    /// <summary>An image that was added and not dropped since.</summary>
    public bool TryGet(Key key, [NotNullWhen(true)] out PrunedImage? image)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<(Key, PrunedImage Image)>? entry))
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

    /// <summary>Adds an image, unless it is larger than all may be.</summary>
    public void Add(Key key, PrunedImage image)
    {
        lock (_lock)
        {
            if (image.ByteCount > mostBytes || _entries.ContainsKey(key))
            {
                return;
            }

            _entries.Add(key, _latestFirst.AddFirst((key, image)));
            _bytes += image.ByteCount;
            while (_bytes > mostBytes)
            {
                (Key oldest, PrunedImage dropped) = _latestFirst.Last!.Value;
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

    /// <summary>What a pruned image depends on.</summary>
    /// <param name="Content">SHA-256 of what was decoded.</param>
    /// <param name="Pruning">How it was pruned; null for not at all.</param>
    /// <param name="IsFile">Whether the image is a file of this machine, which is known by path and time.</param>
    internal readonly record struct Key(string Content, PruningOptions? Pruning, bool IsFile = false);
}
