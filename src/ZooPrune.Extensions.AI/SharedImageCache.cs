using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Pruned images that several processes share. Whatever the cache does, nothing is thrown but the caller's own cancellation.
/// Thread-safe.</summary>
internal sealed partial class SharedImageCache : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ZooPrune.Chat";

    private readonly VisionLanguageModel _model;
    private readonly SharedImageOptions _options;
    private readonly ILogger _log;
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _entries;
    private readonly KeyValuePair<string, object?> _modelTag;
    private readonly Lazy<Task<byte[]>> _identity;
    private long _downUntil;
    private long _complainedAt = long.MinValue;
    private int _isDown;

    /// <param name="model">Whose images they are.</param>
    /// <param name="options">Where they are, and the limits.</param>
    public SharedImageCache(VisionLanguageModel model, SharedImageOptions options)
    {
        _model = model;
        _options = options;
        _log = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SharedImageCache>();
        _modelTag = new("zooprune.model", model.Name);
        _entries = _meter.CreateCounter<long>(
            "zooprune.chat.shared_images", "{entry}", "Pruned images looked for in, or given to, the shared cache.");
        _meter.CreateObservableGauge(
            "zooprune.chat.shared_cache.up", () => IsUp ? 1 : 0, "{cache}", "Whether the shared cache was there when it was last tried.");
        _identity = new(() => Task.Run(() => IdentityOf(model)));
    }

    /// <summary>Whether the cache was there when it was last tried.</summary>
    public bool IsUp => Volatile.Read(ref _isDown) == 0;

    /// <summary>An image that this process or another has shared; null where there is none that can be trusted.</summary>
    /// <param name="key">What it depends on.</param>
    /// <param name="cancellation">The caller has had enough.</param>
    /// <exception cref="OperationCanceledException">He has.</exception>
    public async Task<PrunedImage?> FindAsync(ImageKey key, CancellationToken cancellation)
    {
        if (!CanShare(key) || !MayTry())
        {
            return null;
        }

        byte[]? entry;
        Name name;
        try
        {
            name = new Name(await _identity.Value.ConfigureAwait(false), key, _options.Secret.Span);
            entry = await WithinAsync(limit => _options.Cache.GetAsync(name.Text, limit), cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            GoDown(exception);
            return null;
        }

        ComeBack();
        PrunedImage? image = entry is null ? null : Open(entry, name);
        Count(entry is null ? "miss" : image is null ? "refused" : "hit");
        if (entry is not null && image is null)
        {
            Refused(_log, name.Text);
        }

        return image;
    }

    /// <summary>Shares an image.</summary>
    public async Task StoreAsync(ImageKey key, PrunedImage image)
    {
        if (!CanShare(key) || !IsUp)
        {
            return;
        }

        try
        {
            var name = new Name(await _identity.Value.ConfigureAwait(false), key, _options.Secret.Span);
            byte[] entry = name.Seal(image);
            if (entry.Length > _options.MaxBytes)
            {
                Count("too_large");
                return;
            }

            var lifetime = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = _options.Lifetime };
            await WithinAsync(
                async limit =>
                {
                    await _options.Cache.SetAsync(name.Text, entry, lifetime, limit).ConfigureAwait(false);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
            Count("stored");
        }
        catch (Exception exception)
        {
            // A cache that is full can still be read.
            Count("failed");
            long now = Environment.TickCount64;
            if (now - Interlocked.Exchange(ref _complainedAt, now) is < 0 or > 60_000)
            {
                NotStored(_log, exception.Message.TrimEnd('.'));
            }
        }
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>An entry's image, if the entry is whole, of one of us, and of this model.</summary>
    private PrunedImage? Open(byte[] entry, Name name)
    {
        if (entry.Length > _options.MaxBytes || name.Unseal(entry) is not { } content)
        {
            return null;
        }

        try
        {
            var image = PrunedImage.Load(content);
            _model.CreateRequest([new ChatTurn(ChatTurn.User, "?", [image])]);
            return content.Position == content.Length ? image : null;
        }
        catch (Exception)
        {
            // Of whatever kind: it was written by somebody else.
            return null;
        }
    }

    /// <summary>Other processes know neither our files nor our code.</summary>
    private static bool CanShare(ImageKey key) =>
        !key.IsFile && key.Pruning is null or { CustomSelection: null, OnlyIfFaster: false };

    private bool MayTry()
    {
        if (IsUp)
        {
            return true;
        }

        // One of the callers tries; the others do without meanwhile.
        long until = Interlocked.Read(ref _downUntil);
        long now = Environment.TickCount64;
        bool isFirst = now >= until
            && Interlocked.CompareExchange(ref _downUntil, now + (long)_options.RetryAfter.TotalMilliseconds, until) == until;
        if (!isFirst)
        {
            Count("skipped");
        }

        return isFirst;
    }

    private void GoDown(Exception exception)
    {
        Count("failed");
        Interlocked.Exchange(ref _downUntil, Environment.TickCount64 + (long)_options.RetryAfter.TotalMilliseconds);
        if (Interlocked.Exchange(ref _isDown, 1) == 0)
        {
            bool isSlow = exception is TimeoutException or OperationCanceledException;
            Gone(_log, isSlow ? "it does not answer in time" : exception.Message.TrimEnd('.'));
        }
    }

    private void ComeBack()
    {
        if (Interlocked.Exchange(ref _isDown, 0) == 1)
        {
            Back(_log);
        }
    }

    /// <summary>Does without a cache that does not look at cancellation itself.</summary>
    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        return await work(limit.Token).WaitAsync(_options.Timeout, cancellation).ConfigureAwait(false);
    }

    private void Count(string result) => _entries.Add(1, _modelTag, new("zooprune.result", result));

    /// <summary>SHA-256 of everything but image and pruning that decides what a pruned image holds.</summary>
    private static byte[] IdentityOf(VisionLanguageModel model)
    {
        VisionLanguageModelOptions options = model.Options;
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', (string[])
        [
            $"{typeof(VisionLanguageModel).Assembly.GetName().Version}",
            model.HashFiles(),
            $"{options.Device}",
            $"{options.Precision}",
            $"{options.Positions}",
            $"{options.ApplyExifOrientation}",
            $"{options.MaxPixels}",
        ])));
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The shared image cache is gone: {Reason}. Images that other instances have encoded are encoded again until it is back.")]
    private static partial void Gone(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Information, "The shared image cache is back.")]
    private static partial void Back(ILogger log);

    [LoggerMessage(3, LogLevel.Warning, "The shared image cache takes no images: {Reason}.")]
    private static partial void NotStored(ILogger log, string reason);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The shared image cache has an entry that is damaged, or that somebody else wrote: {Key}. It was not used.")]
    private static partial void Refused(ILogger log, string key);

    /// <summary>What an entry is called, and the seal that ties its content to that.</summary>
    private sealed class Name
    {
        private static readonly byte[] Magic = "ZooPrune shared 1\n"u8.ToArray();

        private readonly byte[] _sealKey;

        public Name(byte[] identity, ImageKey key, ReadOnlySpan<byte> secret)
        {
            string options = key.Pruning is null ? "" : JsonSerializer.Serialize(key.Pruning);
            byte[] hash = SHA256.HashData([.. identity, .. Encoding.UTF8.GetBytes($"{key.Content}\n{options}")]);
            Text = $"zooprune:1:{Convert.ToHexStringLower(hash)}";
            _sealKey = HMACSHA256.HashData(secret, [.. identity, .. hash]);
        }

        public string Text { get; }

        public byte[] Seal(PrunedImage image)
        {
            using var entry = new MemoryStream();
            entry.Write(Magic);
            entry.Write(new byte[HMACSHA256.HashSizeInBytes]);
            image.Save(entry);
            byte[] bytes = entry.ToArray();
            HMACSHA256.HashData(_sealKey, bytes.AsSpan(Start), bytes.AsSpan(Magic.Length));
            return bytes;
        }

        /// <summary>The content of an entry; null where the seal is not ours.</summary>
        public MemoryStream? Unseal(byte[] entry)
        {
            return entry.Length > Start && entry.AsSpan().StartsWith(Magic)
                && CryptographicOperations.FixedTimeEquals(
                    HMACSHA256.HashData(_sealKey, entry.AsSpan(Start)), entry.AsSpan(Magic.Length, HMACSHA256.HashSizeInBytes))
                ? new MemoryStream(entry, Start, entry.Length - Start, writable: false)
                : null;
        }

        private static int Start => Magic.Length + HMACSHA256.HashSizeInBytes;
    }
}
