using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ZooPrune.Serving;

// What "serve" and the sample's web server share: neither can be held by few clients, and who is refused hears so.

/// <summary>How many connections there may be, how long they may be idle, and how slow. Immutable.</summary>
internal sealed record ConnectionLimits
{
    private static readonly object TooMany = new();

    /// <summary>Most connections; further ones are closed.</summary>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>Most connections of one address; a further one is told so.</summary>
    public int MaxConnectionsOfAddress { get; init; } = 256;

    /// <summary>How long a connection may be idle between requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest body that is read, also of a request that is refused.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>Sets the limits of a server, and where it listens.</summary>
    public void Apply(KestrelServerOptions kestrel, IPAddress address, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.KeepAliveTimeout = IdleTimeout;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        var connections = new ConcurrentDictionary<IPAddress, int>();
        kestrel.Listen(address, port, listen => listen.Use(next => connection => CountAsync(connections, connection, next)));
    }

    /// <summary>Whether a request came over a connection that is one too many of its address.</summary>
    public static bool IsOneTooMany(Microsoft.AspNetCore.Http.HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(TooMany) == true;

    private async Task CountAsync(ConcurrentDictionary<IPAddress, int> connections, ConnectionContext connection, ConnectionDelegate next)
    {
        IPAddress client = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (connections.AddOrUpdate(client, 1, (_, count) => count + 1) > MaxConnectionsOfAddress)
        {
            connection.Items[TooMany] = true;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            if (connections.AddOrUpdate(client, 0, (_, count) => count - 1) == 0)
            {
                connections.TryRemove(KeyValuePair.Create(client, 0));
            }
        }
    }
}

/// <summary>Bounds the bytes of all bodies that are being received or answered. Thread-safe.</summary>
/// <param name="limit">Most bytes.</param>
internal sealed class BytesInFlight(long limit)
{
    private long _bytes;

    /// <summary>How many there are.</summary>
    public long Count => Interlocked.Read(ref _bytes);

    /// <summary>Room for a body that is to come; dispose it to give the room back.</summary>
    public Room NewRoom() => new(this);

    /// <summary>Room for the bytes of one body. It is taken as they arrive: what a request only claims holds nothing. For one
    /// thread.</summary>
    internal sealed class Room(BytesInFlight all) : IDisposable
    {
        private long _taken;

        /// <summary>Takes room for bytes that arrived.</summary>
        /// <returns>False where all requests together have too many.</returns>
        public bool TryTake(int bytes)
        {
            _taken += bytes;
            return Interlocked.Add(ref all._bytes, bytes) <= all.Limit;
        }

        public void Dispose()
        {
            Interlocked.Add(ref all._bytes, -_taken);
            _taken = 0;
        }
    }

    private long Limit { get; } = limit;
}

/// <summary>The body of a request that was refused.</summary>
internal static class RefusedBody
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads what is still being sent and throws it away, up to the server's limit and for a while: who is cut off while sending
    /// does not hear why.</summary>
    public static async Task ReadRestAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Patience);
        byte[] piece = new byte[1 << 14];
        try
        {
            while (await context.Request.Body.ReadAsync(piece, limit.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It was told, and that is all that can be done.
        }
    }
}
