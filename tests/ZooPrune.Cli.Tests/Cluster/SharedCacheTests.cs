using System.Net;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;
using ZooPrune.Extensions.AI;
using static ZooPrune.Cli.Tests.RunningServer;

namespace ZooPrune.Cli.Tests;

/// <summary>serve --cache with a real Redis.</summary>
[Collection(ServedModelCollection.Name)]
public sealed class SharedCacheTests(ServedModel served)
{
    private const string Encoded = "zooprune_engine_duration_seconds_count";
    private const string Up = "zooprune_chat_shared_cache_up";
    private const string Shared = "zooprune_chat_shared_images_total";

    private static readonly string[] Pictures = [.. Directory.GetFiles(Path.Combine(TestModel.Folder, "heldout"), "*.png").Order().Take(6)];

    /// <summary>Every second request goes to the second instance. While the Redis is away, both encode for themselves.</summary>
    [RedisFact]
    [Trait("Speed", "Slow")]
    public async Task Serve_TwoInstances_TheSecondEncodesNothingThatTheFirstHasSeen()
    {
        using var redis = new RedisServer();
        using var folder = new TestFolder();
        string secret = folder.Write("secret", "0123456789abcdef0123456789abcdef\n");
        string[] arguments = ["--keep", "64", "--cache", redis.Address, "--cache-secret-file", secret, "--cache-seconds", "600"];
        using var first = new ServeProcess(arguments);
        using var second = new ServeProcess(arguments);
        using var balancer = new RoundRobin(first.Address, second.Address);
        using var connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var http = new HttpClient(connections) { BaseAddress = balancer.Address };

        foreach (string picture in Pictures[..3])
        {
            Assert.Equal(await AskAsync(http, picture), await AskAsync(http, picture));
        }

        Assert.Equal((3, 0), (await EncodedBy(first), await EncodedBy(second)));
        Assert.Equal(3, await second.MetricAsync(Shared, "result=\"hit\""));
        Assert.Equal(3, redis.Keys().Length);
        Assert.InRange(redis.Use(database => database.KeyTimeToLive(redis.Keys()[0])!.Value.TotalSeconds), 500, 600);

        redis.Kill();
        Assert.Equal(await AskAsync(http, Pictures[3]), await AskAsync(http, Pictures[3]));
        Assert.Equal((4, 1), (await EncodedBy(first), await EncodedBy(second)));
        Programs.Until(() => first.Says("The shared image cache is gone: ") && second.Says("The shared image cache is gone: "), "the log");
        Assert.Equal((0, 0), (await first.MetricAsync(Up), await second.MetricAsync(Up)));

        redis.Start();
        for (int keep = 100; await first.MetricAsync(Up) + await second.MetricAsync(Up) < 2; keep++)
        {
            Assert.True(keep < 200, "The cache did not come back.");
            await AskAsync(http, Pictures[0], $"{keep}");
        }

        Programs.Until(() => first.Says("The shared image cache is back.") && second.Says("The shared image cache is back."), "the log");
        double before = await EncodedBy(first) + await EncodedBy(second);
        Assert.Equal(await AskAsync(http, Pictures[0], "33"), await AskAsync(http, Pictures[0], "33"));
        Assert.Equal(before + 1, await EncodedBy(first) + await EncodedBy(second));

        static Task<double> EncodedBy(ServeProcess server) => server.MetricAsync(Encoded, "step=\"encode\"");
    }

    [RedisFact]
    [Trait("Speed", "Slow")]
    public async Task Serve_EntriesOfStrangers_AreNotUsed()
    {
        using var redis = new RedisServer();
        await using RedisCache cache = await RedisCache.ConnectAsync(
            RedisCache.Parse("--cache", redis.Address), SharedImageOptions.DefaultMaxBytes);
        string expected = await AnswerAsync(cache);
        RedisKey key = Assert.Single(redis.Keys());
        byte[] entry = redis.Use(database => (byte[])database.StringGet(key)!);
        Random random = new(11);

        await AssertRefused(database => database.StringSet(key, "x"));
        await AssertRefused(database => database.StringSet(key, entry[..^1]));
        await AssertRefused(database => database.StringSet(key, (byte[])[.. entry, 0]));
        await AssertRefused(database => database.StringSet(key, new byte[64 << 20]));
        await AssertRefused(database => database.KeyDelete(key) && database.ListRightPush(key, "x") > 0);
        for (int i = 0; i < 6; i++)
        {
            byte[] changed = [.. entry];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            await AssertRefused(database => database.StringSet(key, changed));
        }

        async Task AssertRefused(Func<IDatabase, bool> change)
        {
            Assert.True(redis.Use(database => database.KeyDelete(key) | change(database)));
            Assert.Equal(expected, await AnswerAsync(cache));

            // It was encoded anew, and written over.
            Assert.Equal(entry, redis.Use(database => (byte[])database.StringGet(key)!));
        }
    }

    [RedisFact]
    [Trait("Speed", "Slow")]
    public async Task Serve_RedisThatIsFull_WorksOn()
    {
        // What deploy/kubernetes/serve.yaml gives it; and one that throws nothing away.
        foreach (string policy in (string[])["allkeys-lru", "noeviction"])
        {
            using var redis = new RedisServer("--maxmemory", "2mb", "--maxmemory-policy", policy);
            await using RedisCache cache = await RedisCache.ConnectAsync(
                RedisCache.Parse("--cache", redis.Address), SharedImageOptions.DefaultMaxBytes);
            await using RunningServer server = await StartAsync(served.Model, OptionsOf(cache));
            for (int keep = 570; keep > 562; keep--)
            {
                using HttpResponseMessage answer = await server.PostAsync(
                    Request($"\"zooprune\": {{\"keep\": {keep}}}", "\"max_tokens\": 1"));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            Assert.InRange(redis.Keys().Length, 1, 7);
        }
    }

    [Theory]
    [InlineData("redis://localhost", "localhost:6379")]
    [InlineData("redis://[::1]:7000/2", "::1:7000 database 2")]
    [InlineData("rediss://me:p%40ss@cache.example:6380/0", "cache.example:6380 TLS me p@ss")]
    [InlineData("redis://secret@cache", "cache:6379 secret")]
    public void Parse_Address_IsRead(string text, string expected)
    {
        ConfigurationOptions options = RedisCache.Parse("--cache", text);
        var host = Assert.IsType<DnsEndPoint>(Assert.Single(options.EndPoints));

        Assert.Equal(
            expected,
            $"{host.Host}:{host.Port}{(options.DefaultDatabase > 0 ? $" database {options.DefaultDatabase}" : "")}"
                + $"{(options.Ssl ? " TLS" : "")}{(options.User is { } user ? $" {user}" : "")}"
                + $"{(options.Password is { } password ? $" {password}" : "")}");
    }

    [Theory]
    [InlineData("localhost:6379", "localhost:6379")]
    [InlineData("http://localhost", "http://localhost")]
    [InlineData("redis://", "redis://")]
    [InlineData("redis://a/b", "redis://a/b")]
    [InlineData("redis://a/-1", "redis://a/-1")]
    [InlineData("redis://a?ssl=1", "redis://a?ssl=1")]
    [InlineData("redis://user:secret@host/b", "...@host/b")]
    public void Parse_NoAddress_SaysWhatIsExpectedAndNoPassword(string text, string shown) => Assert.Equal(
        $"zooprune: the option --cache is '{shown}'. Expected the address of a Redis (redis://localhost:6379, "
            + "rediss://user:password@host:6380/0); correct it.",
        Assert.Throws<UsageException>(() => RedisCache.Parse("--cache", text)).Message);

    private static ServerOptions OptionsOf(RedisCache cache) => new()
    {
        SharedImages = new SharedImageOptions { Cache = cache, Secret = "a secret of this test"u8.ToArray() },
    };

    /// <summary>What a server that was just started answers.</summary>
    private async Task<string> AnswerAsync(RedisCache cache)
    {
        await using RunningServer server = await StartAsync(served.Model, OptionsOf(cache));
        using HttpResponseMessage response = await server.PostAsync(Request("\"zooprune\": {\"keep\": 64}"));
        return await TextOf(response);
    }

    private static async Task<string> AskAsync(HttpClient http, string picture, string keep = "64")
    {
        string json = RequestOf(
            $$$"""
            [{"role": "user", "content": [{"type": "text", "text": "{{{Question}}}"},
                {"type": "image_url", "image_url": {"url": "{{{DataUri(picture)}}}"}}]}]
            """,
            "\"max_tokens\": 4",
            $"\"zooprune\": {{\"keep\": \"{keep}\"}}");
        using HttpResponseMessage response = await http.PostAsync(
            "v1/chat/completions", new StringContent(json, Encoding.UTF8, "application/json"));
        return await TextOf(response);
    }

    private static async Task<string> TextOf(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }
}
