using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI.Tests;

[Collection(SharedModelCollection.Name)]
public sealed class SharedImageCacheTests(SharedModel shared)
{
    private static readonly ImageKey Key = new("00", new PruningOptions { Keep = KeepBudget.Tokens(16) });

    private readonly Entries _entries = new();
    private readonly Journal _journal = new();

    private PrunedImage Image => shared.Model.Prune(shared.Model.Prepare(SharedModel.Picture), Key.Pruning);

    [Fact]
    public async Task Client_ImageThatAnotherHasSeen_GivesTheSameAnswer()
    {
        using var one = new VisionLanguageChatClient(shared.Model, new() { Pruning = Key.Pruning, SharedImages = Options() });
        using var two = new VisionLanguageChatClient(shared.Model, new() { Pruning = Key.Pruning, SharedImages = Options() });
        string expected = (await one.GetResponseAsync([SharedModel.Ask(SharedModel.Question, SharedModel.Picture)])).Text;

        Assert.Equal(expected, (await two.GetResponseAsync([SharedModel.Ask(SharedModel.Question, SharedModel.Picture)])).Text);
        Assert.Equal("miss stored hit", _journal.Results);
    }

    [Fact]
    public async Task Find_AnyBitChanged_FindsNothing()
    {
        using SharedImageCache cache = New();
        PrunedImage image = Image;
        await cache.StoreAsync(Key, image);
        PrunedImage? found = await cache.FindAsync(Key, default);
        Assert.True(image.KeptTokens.Span.SequenceEqual(found!.KeptTokens.Span));
        (string name, byte[] entry) = Assert.Single(_entries.All);

        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] changed = i % 5 == 0 ? [.. entry.Take(random.Next(entry.Length))]
                : i % 5 == 1 ? [.. entry, .. entry.Take(random.Next(1, 100))]
                : [.. entry];
            if (i % 5 > 1)
            {
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            }

            _entries.All[name] = changed;
            Assert.Null(await cache.FindAsync(Key, default));
        }

        _entries.All[name] = entry;
        Assert.NotNull(await cache.FindAsync(Key, default));
        Assert.True(cache.IsUp);
    }

    [Fact]
    public async Task Find_EntryOfAnotherImage_FindsNothing()
    {
        using SharedImageCache cache = New();
        await cache.StoreAsync(Key, Image);
        byte[] entry = Assert.Single(_entries.All).Value;
        ImageKey other = Key with { Content = "01" };
        await cache.StoreAsync(other, Image);

        foreach (string name in _entries.All.Keys.ToArray())
        {
            _entries.All[name] = entry;
        }

        Assert.NotNull(await cache.FindAsync(Key, default));
        Assert.Null(await cache.FindAsync(other, default));
    }

    [Fact]
    public async Task Find_OtherSecretModelOrOptions_FindsNothing()
    {
        using SharedImageCache cache = New();
        await cache.StoreAsync(Key, Image);
        using SharedImageCache stranger = New(Options() with { Secret = "another secret"u8.ToArray() });
        using var compact = new SharedImageCache(shared.Compact, Options());

        Assert.Null(await stranger.FindAsync(Key, default));
        Assert.Equal("stored refused", _journal.Results);
        Assert.Null(await compact.FindAsync(Key, default));
        Assert.Null(await cache.FindAsync(Key with { Pruning = null }, default));
        Assert.Null(await cache.FindAsync(Key with { Pruning = Key.Pruning! with { Seed = 1 } }, default));
        Assert.Null(await cache.FindAsync(Key with { Pruning = Key.Pruning! with { Keep = KeepBudget.Ratio(0.5) } }, default));
        Assert.Equal("stored refused miss miss miss miss", _journal.Results);
    }

    [Fact]
    public async Task Store_WhatOthersDoNotKnow_StoresNothing()
    {
        using SharedImageCache cache = New();
        await cache.StoreAsync(Key with { IsFile = true }, Image);
        await cache.StoreAsync(Key with { Pruning = Key.Pruning! with { OnlyIfFaster = true } }, Image);
        await cache.StoreAsync(Key with { Pruning = Key.Pruning! with { CustomSelection = new First() } }, Image);
        using SharedImageCache small = New(Options() with { MaxBytes = 1000 });
        await small.StoreAsync(Key, Image);

        Assert.Empty(_entries.All);
        Assert.Equal("too_large", _journal.Results);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Find_CacheThatIsGone_IsLeftAloneForAWhileAndComesBack(bool hangs)
    {
        using SharedImageCache cache = New(Options() with
        {
            Timeout = TimeSpan.FromMilliseconds(50),
            RetryAfter = TimeSpan.FromMilliseconds(400),
            LoggerFactory = _journal,
        });
        PrunedImage image = Image;
        await cache.StoreAsync(Key, image);
        _entries.Fault = hangs ? Fault.Hangs : Fault.Throws;

        Assert.Null(await cache.FindAsync(Key, default));
        int calls = _entries.Calls;
        for (int i = 0; i < 20; i++)
        {
            Assert.Null(await cache.FindAsync(Key, default));
            await cache.StoreAsync(Key, image);
        }

        Assert.Equal(calls, _entries.Calls);
        Assert.False(cache.IsUp);
        _entries.Fault = Fault.None;
        await Task.Delay(450);

        Assert.NotNull(await cache.FindAsync(Key, default));
        Assert.True(cache.IsUp);
        Assert.Equal(
            [
                $"Warning The shared image cache is gone: {(hangs ? "it does not answer in time" : "no such host")}. "
                    + "Images that other instances have encoded are encoded again until it is back.",
                "Information The shared image cache is back.",
            ],
            _journal.Lines);
    }

    [Fact]
    public async Task Find_CallerThatHasHadEnough_IsNoFaultOfTheCache()
    {
        using SharedImageCache cache = New();
        await cache.FindAsync(Key, default);
        _entries.Fault = Fault.Hangs;
        using var enough = new CancellationTokenSource(50);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.FindAsync(Key, enough.Token));
        Assert.True(cache.IsUp);
    }

    /// <summary>Whoever adds an option has to say whether it changes what a pruned image holds.</summary>
    [Fact]
    public void Options_OfTheModel_AreKnownToTheCache() => Assert.Equal(
        "ApplyExifOrientation Device ImageCacheBytes LoggerFactory MaxImagePixels MaxPixels Positions Precision Threads",
        string.Join(' ', typeof(VisionLanguageModelOptions).GetProperties().Select(property => property.Name).Order()));

    [Fact]
    public void Validate_OutOfRange_Throws()
    {
        foreach ((SharedImageOptions options, string message) in new[]
        {
            (Options() with { Cache = null! }, "VisionLanguageChatOptions.SharedImages.Cache: it is null."),
            (Options() with { MaxBytes = 0 }, "VisionLanguageChatOptions.SharedImages.MaxBytes: it is 0."),
            (Options() with { Lifetime = TimeSpan.Zero }, "VisionLanguageChatOptions.SharedImages.Lifetime: it is 00:00:00."),
            (Options() with { Timeout = TimeSpan.FromDays(999) }, "VisionLanguageChatOptions.SharedImages.Timeout: it is 999.00:00:00."),
        })
        {
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(
                () => new VisionLanguageChatClient(shared.Model, new() { SharedImages = options })).Message, StringComparison.Ordinal);
        }
    }

    private SharedImageOptions Options() => new() { Cache = _entries, Secret = "a secret"u8.ToArray() };

    private SharedImageCache New(SharedImageOptions? options = null) => new(shared.Model, options ?? Options());

    private enum Fault
    {
        None,
        Throws,
        Hangs,
    }

    /// <summary>A cache that can be told to fail, and whose entries can be changed.</summary>
    private sealed class Entries : IDistributedCache
    {
        public Dictionary<string, byte[]> All { get; } = [];

        public Fault Fault { get; set; }

        public int Calls { get; private set; }

        public byte[]? Get(string key) => throw new NotSupportedException();

        public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
        {
            await FailAsync();
            return All.GetValueOrDefault(key);
        }

        public void Refresh(string key) => throw new NotSupportedException();

        public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            await FailAsync();
            Assert.Equal(TimeSpan.FromHours(1), options.AbsoluteExpirationRelativeToNow);
            All[key] = value;
        }

        private async Task FailAsync()
        {
            Calls++;
            if (Fault == Fault.Hangs)
            {
                await Task.Delay(Timeout.Infinite);
            }
            else if (Fault == Fault.Throws)
            {
                throw new IOException("no such host.");
            }
        }
    }

    /// <summary>What the meter and the log say.</summary>
    private sealed class Journal : ILoggerFactory, ILogger
    {
        private readonly MeterListener _listener = new();
        private readonly List<string> _results = [];

        public Journal()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "zooprune.chat.shared_images")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _results.Add($"{tags[1].Value}"));
            _listener.Start();
        }

        public string Results => string.Join(' ', _results);

        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");

        public void Dispose() => _listener.Dispose();
    }

    private sealed class First : ISelectionMethod
    {
        public bool UsesSensitivity => false;

        public void Select(in ScoredTokens tokens, Span<int> selected) => throw new NotSupportedException();
    }
}
