using System.Net;
using Microsoft.Extensions.Logging;
using ZooPrune.Extensions.AI;

namespace ZooPrune.Cli;

/// <summary>What the server is given, and its limits. Immutable.</summary>
internal sealed record ServerOptions
{
    public const int DefaultPort = 8080;

    public const int DefaultQueue = 64;

    public const int DefaultTimeoutSeconds = 300;

    public const int DefaultMaxImagePixels = 16_000_000;

    public static int DefaultMaxNewTokens => GenerationSwitches.DefaultMaxNewTokens;

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 = any free port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Answers at once.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Requests that wait for their turn.</summary>
    public int Queue { get; init; } = DefaultQueue;

    /// <summary>A request that takes longer, waiting included, ends with an error.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(DefaultTimeoutSeconds);

    /// <summary>How long running answers may take to end when the server is stopped.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Keys that are let in; none lets everybody in.</summary>
    public ApiKeys Keys { get; init; } = ApiKeys.None;

    /// <summary>Whether pictures are fetched from public https addresses.</summary>
    public bool AllowFetch { get; init; }

    /// <summary>Where pruned images are shared with other instances; null = they are not.</summary>
    public SharedImageOptions? SharedImages { get; init; }

    /// <summary>What the model is asked for by.</summary>
    public string? ModelId { get; init; }

    /// <summary>What is kept of a picture where a request does not say; null = all.</summary>
    public PruningOptions? Pruning { get; init; }

    /// <summary>Most tokens of an answer where a request does not say.</summary>
    public int MaxNewTokens { get; init; } = DefaultMaxNewTokens;

    /// <summary>Largest body, in bytes. A picture takes four thirds of its file.</summary>
    public int MaxBodyBytes { get; init; } = 32 << 20;

    /// <summary>Most bytes of all bodies that are being received or answered.</summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>Most messages of a request.</summary>
    public int MaxMessages { get; init; } = 256;

    /// <summary>Most pictures of a request.</summary>
    public int MaxImages { get; init; } = 16;

    /// <summary>Most connections of one address; a further one is told so.</summary>
    public int MaxConnectionsOfAddress { get; init; } = 256;

    /// <summary>Most connections; further ones are closed.</summary>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>How long a connection may be idle between requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What the chat client is told.</summary>
    /// <param name="fetcher">Gets what is on the network; null = nobody does.</param>
    /// <param name="log">Where it is told that the shared images are gone or back.</param>
    public VisionLanguageChatOptions ToChatOptions(ImageFetcher? fetcher, ILoggerFactory log) => new()
    {
        ModelId = ModelId,
        Pruning = Pruning,
        Generation = new() { MaxNewTokens = MaxNewTokens },
        MaxImages = MaxImages,
        MaxImageBytes = MaxBodyBytes,
        AllowFiles = false,
        SharedImages = SharedImages is null ? null : SharedImages with { LoggerFactory = log },
        FetchImage = fetcher is null ? null : fetcher.FetchAsync,
    };
}
