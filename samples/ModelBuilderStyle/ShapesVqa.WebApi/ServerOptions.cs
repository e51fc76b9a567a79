using System.Net;

namespace ZooPrune.Samples;

/// <summary>What the server is given, and its limits. Immutable.</summary>
internal sealed record ServerOptions
{
    public const int DefaultPort = 5080;

    public const int DefaultQueue = 64;

    public const int DefaultMaxImagePixels = 16_000_000;

    /// <summary>The model folder; held-out pictures in it are offered on the page.</summary>
    public required string ModelFolder { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 = any free port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Questions answered at once, each on one thread.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Questions that wait for a worker.</summary>
    public int Queue { get; init; } = DefaultQueue;

    /// <summary>Prediction engines kept for the next question.</summary>
    public int IdleEngines { get; init; } = 24;

    /// <summary>Largest picture that is taken, in bytes of its file.</summary>
    public int MaxImageBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Largest picture that is decoded. 16 million take 48 MB as RGB.</summary>
    public long MaxImagePixels { get; init; } = DefaultMaxImagePixels;

    /// <summary>Most pixels that a picture is resized to, in models of any size; null = what the model folder says.</summary>
    public long? MaxPixels { get; init; }

    /// <summary>Whether pictures are turned as their EXIF orientation asks, for the model and on the page.</summary>
    public bool ApplyExifOrientation { get; init; }

    /// <summary>Longest question, in characters.</summary>
    public int MaxQuestionLength { get; init; } = 300;

    /// <summary>Most connections; further ones are closed.</summary>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>Most connections of one address; a further one is told so.</summary>
    public int MaxConnectionsOfAddress { get; init; } = 256;

    /// <summary>Most bytes of all pictures that are being received or wait.</summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>How long a connection may be idle between requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A request that takes longer, waiting and sending included, ends with an error.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Held-out pictures offered on the page.</summary>
    public int SampleCount { get; init; } = 8;
}
