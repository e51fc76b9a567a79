using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace ZooPrune.Cli;

/// <summary>Entries in a Redis, or what speaks like one. It connects by itself, again and again; while there is no connection, calls fail
/// at once. Of an entry no more is read than asked for, however long it is. Thread-safe.</summary>
internal sealed class RedisCache : IDistributedCache, IAsyncDisposable
{
    private readonly int _mostBytes;
    private readonly IConnectionMultiplexer _connection;

    private RedisCache(IConnectionMultiplexer connection, int mostBytes) => (_connection, _mostBytes) = (connection, mostBytes);

    private IDatabase Database => _connection.GetDatabase();

    /// <summary>Whether there is a connection.</summary>
    public bool IsConnected => _connection.IsConnected;

    /// <summary>Connects, and goes on trying where it cannot.</summary>
    /// <param name="address">From <see cref="Parse"/>.</param>
    /// <param name="mostBytes">Most bytes of an entry that are read.</param>
    public static async Task<RedisCache> ConnectAsync(ConfigurationOptions address, int mostBytes) =>
        new(await ConnectionMultiplexer.ConnectAsync(address), mostBytes);

    /// <summary>Reads redis://[[user:]password@]host[:port][/database], or rediss:// with TLS.</summary>
    /// <param name="option">The option it was given for, for the message.</param>
    /// <param name="text">The address.</param>
    /// <exception cref="UsageException">It is no such address.</exception>
    public static ConfigurationOptions Parse(string option, string text)
    {
        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "redis" or "rediss"
            && uri!.Host.Length > 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0;
        string path = isAddress ? uri!.AbsolutePath.Trim('/') : "";
        int database = 0;
        if (!isAddress || (path.Length > 0 && !int.TryParse(path, out database)) || database < 0)
        {
            // The password must not be said.
            string shown = text.Contains('@', StringComparison.Ordinal) ? $"...{text[text.LastIndexOf('@')..]}" : text;
            throw Shell.Throw.BadOption(
                option, shown, "the address of a Redis (redis://localhost:6379, rediss://user:password@host:6380/0)");
        }

        string[] login = [.. uri!.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
        return new ConfigurationOptions
        {
            EndPoints = { new DnsEndPoint(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : 6379) },
            User = login.Length > 1 && login[0].Length > 0 ? login[0] : null,
            Password = uri.UserInfo.Length == 0 ? null : login[^1],
            DefaultDatabase = database,
            Ssl = uri.Scheme == "rediss",
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientName = "zooprune",
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
            ReconnectRetryPolicy = new LinearRetry(1000),
            ConnectRetry = 1,
            ConnectTimeout = 2000,
            AsyncTimeout = 2000,
            SyncTimeout = 2000,
            HeartbeatInterval = TimeSpan.FromSeconds(1),
            KeepAlive = 10,
            IncludeDetailInExceptions = false,
        };
    }

    public byte[]? Get(string key) => Found(Database.StringGetRange(key, 0, _mostBytes));

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        try
        {
            return Found(await Database.StringGetRangeAsync(key, 0, _mostBytes).WaitAsync(token));
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return []; // It is there and no bytes: none of ours.
        }
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        Database.StringSet(key, value, options.AbsoluteExpirationRelativeToNow);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        Database.StringSetAsync(key, value, options.AbsoluteExpirationRelativeToNow).WaitAsync(token);

    public void Refresh(string key)
    {
        // Entries live as long as they were given, used or not.
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => Database.KeyDelete(key);

    public Task RemoveAsync(string key, CancellationToken token = default) => Database.KeyDeleteAsync(key).WaitAsync(token);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>An entry that is not there has no bytes. The range ends one byte behind the limit, so that a longer one shows.</summary>
    private static byte[]? Found(RedisValue value) => value.IsNullOrEmpty ? null : (byte[]?)value;
}
