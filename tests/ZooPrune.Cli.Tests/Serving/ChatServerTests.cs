using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using static ZooPrune.Cli.Tests.RunningServer;

namespace ZooPrune.Cli.Tests;

/// <summary>The server under requests that are wrong, many, slow or gone.</summary>
[Collection(ServedModelCollection.Name)]
public sealed class ChatServerTests(ServedModel served) : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await StartAsync(served.Model);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, string> Wrong => new()
    {
        { "{", "400 invalid_json Request: its body is no JSON" },
        { "[]", "400 invalid_json" },
        { """{"model": "shapes-vlm", "model": "b"}""", "400 invalid_json" },
        { """{"model": "\ud800", "messages": []}""", "400 invalid_value model: it is half a character" },
        { """{"messages": [{"role": "user", "content": "?"}]}""", "400 missing_required_parameter model: it is missing" },
        { """{"model": "shapes-vlm"}""", "400 missing_required_parameter messages: it is missing" },
        { """{"model": "gpt-5", "messages": [{"role": "user", "content": "?"}]}""", "404 model_not_found model: 'gpt-5' is not here" },
        { RequestOf("{}"), "400 missing_required_parameter messages" },
        { RequestOf("5"), "400 invalid_value messages: it is Number" },
        { RequestOf("""[{"content": "?"}]"""), "400 missing_required_parameter messages[0].role" },
        { RequestOf("""[{"role": "tool", "content": "?"}]"""), "400 unsupported_parameter messages[0].role: it is 'tool'" },
        { RequestOf("""[{"role": "user", "name": "me", "content": "?"}]"""), "400 unsupported_parameter messages[0].name" },
        {
            RequestOf("""[{"role": "user", "content": [{"type": "input_audio"}]}]"""),
            "400 unsupported_parameter messages[0].content[0].type"
        },
        { About("\"url\": \"data:image/png;base64,!\""), "400 invalid_value messages[0].content[1].image_url.url" },
        {
            About("\"url\": \"data:image/png;base64,AAAA\", \"detail\": \"low\""),
            "400 unsupported_parameter messages[0].content[1].image_url.detail"
        },
        {
            About("\"url\": \"https://127.0.0.1/a.png\""),
            "400 unsupported_parameter messages[0].content[1].image_url.url: it is 'https://127.0.0.1/a.png', which this server does not "
            + "have. Send a data URI, data:image/png;base64,...; only a server started with --allow-fetch fetches pictures."
        },
        { About("\"url\": \"file:///etc/passwd\""), "400 unsupported_parameter messages[0].content[1].image_url.url" },
        { About("\"url\": \"data:image/png;base64,AAAA\""), "400 invalid_value Image 'image/png'" },
        { RequestOf("""[{"role": "assistant", "content": "?"}]"""), "400 invalid_value Conversation: " },
        {
            RequestOf($$"""[{"role": "user", "content": "{{string.Concat(Enumerable.Repeat("circle ", 2000))}}"}]"""),
            "400 invalid_value Prompt: "
        },
        { Request("\"temperature\": 3"), "400 invalid_value temperature: it is 3" },
        { Request("\"temperature\": \"hot\""), "400 invalid_value temperature: it is hot" },
        { Request("\"top_p\": 0"), "400 invalid_value top_p" },
        { Request("\"max_tokens\": 0"), "400 invalid_value max_tokens" },
        { Request("\"max_tokens\": 1.5"), "400 invalid_value max_tokens" },
        { Request("\"seed\": 1.5"), "400 invalid_value seed" },
        { Request("\"stop\": [\"\"]"), "400 invalid_value stop" },
        { Request("\"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"]"), "400 invalid_value stop" },
        { Request("\"n\": 2"), "400 unsupported_parameter n: it is 2" },
        { Request("\"logprobs\": true"), "400 unsupported_parameter logprobs" },
        { Request("\"frequency_penalty\": 0.5"), "400 unsupported_parameter frequency_penalty" },
        { Request("\"response_format\": {\"type\": \"json_object\"}"), "400 unsupported_parameter response_format" },
        { Request("\"tools\": [{\"type\": \"function\"}]"), "400 unsupported_parameter tools" },
        { Request("\"logit_bias\": {\"5\": 1}"), "400 unsupported_parameter logit_bias" },
        { Request("\"stream_options\": {\"include_usage\": true}"), "400 unsupported_parameter stream_options" },
        { Request("\"top_k\": 5"), "400 unknown_parameter top_k" },
        { Request("\"zooprune\": {\"keep\": \"many\"}"), "400 invalid_value zooprune.keep: it is many" },
        { Request("\"zooprune\": {\"method\": \"best\"}"), "400 invalid_value zooprune.method" },
        { Request("\"zooprune\": {\"method\": \"norm\"}"), "400 invalid_value ChatOptions.AdditionalProperties: zooprune.method" },
        { Request("\"zooprune\": {\"kept\": 5}"), "400 unknown_parameter zooprune.kept" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Post_WhatCannotBeAnswered_SaysWhatIsWrong(string json, string expected)
    {
        using HttpResponseMessage response = await _server.PostAsync(json);

        Assert.StartsWith(expected, await ErrorOf(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhatIsDoneAnyway_MayBeSaid()
    {
        string[] usual =
        [
            "\"n\": 1", "\"frequency_penalty\": 0", "\"presence_penalty\": 0.0", "\"logprobs\": false", "\"store\": false",
            "\"response_format\": {\"type\": \"text\"}", "\"tools\": []", "\"tool_choice\": \"none\"", "\"logit_bias\": {}",
            "\"modalities\": [\"text\"]", "\"user\": \"me\"", "\"stop\": null", "\"seed\": 9223372036854775807", "\"stream\": false",
            "\"zooprune\": {\"keep\": 64, \"method\": null, \"top_k\": 5, \"repetition_penalty\": 1.1}",
        ];
        using HttpResponseMessage response = await _server.PostAsync(Request(usual));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(64, json.RootElement.GetProperty("zooprune").GetProperty("kept_tokens").GetInt32());
        Assert.Equal(
            "id object created model choices usage zooprune",
            string.Join(' ', json.RootElement.EnumerateObject().Select(property => property.Name)));
    }

    [Fact]
    public async Task Post_Stream_IsServerSentEvents()
    {
        using HttpResponseMessage response = await _server.PostAsync(
            Request("\"stream\": true", "\"stream_options\": {\"include_usage\": true}", "\"max_tokens\": 2"));
        string[] events = (await response.Content.ReadAsStringAsync()).TrimEnd().Split("\n\n");

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.All(events, one => Assert.StartsWith("data: ", one, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        using var first = JsonDocument.Parse(events[0][6..]);
        Assert.Equal("assistant", first.RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        using var usage = JsonDocument.Parse(events[^2][6..]);
        Assert.Equal(0, usage.RootElement.GetProperty("choices").GetArrayLength());
        Assert.Equal(2, usage.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        using var last = JsonDocument.Parse(events[^3][6..]);
        Assert.Equal("length", last.RootElement.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(576, last.RootElement.GetProperty("zooprune").GetProperty("kept_tokens").GetInt32());
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", "405 method_not_supported")]
    [InlineData("POST", "/v1/embeddings", "404 unknown_url")]
    [InlineData("GET", "/", "404 unknown_url")]
    [InlineData("GET", "/v1/models/gpt-5", "404 model_not_found")]
    public async Task Send_OtherAddress_IsAnErrorInTheSameShape(string method, string path, string expected)
    {
        using HttpResponseMessage response = await _server.Http.SendAsync(new HttpRequestMessage(new(method), path));

        Assert.StartsWith(expected, await ErrorOf(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_NoJson_IsRefused()
    {
        using HttpResponseMessage response = await _server.Http.PostAsync("v1/chat/completions", new StringContent(Request()));

        Assert.StartsWith("415 unsupported_content_type", await ErrorOf(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_HealthAndMetrics_SayHowItIs()
    {
        using HttpResponseMessage answer = await _server.PostAsync(Request());
        using HttpResponseMessage refused = await StartBusyAndPost();

        Assert.Equal("ok\n", await _server.Http.GetStringAsync("healthz"));
        Assert.Equal("ready\n", await _server.Http.GetStringAsync("readyz"));
        string metrics = await _server.Http.GetStringAsync("metrics");
        Assert.Contains("zooprune_server_running", metrics, StringComparison.Ordinal);
        Assert.Contains("zooprune_server_waiting", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_QueueFull_IsTurnedAwayWithATime()
    {
        using HttpResponseMessage response = await StartBusyAndPost();

        Assert.StartsWith("429 queue_full", await ErrorOf(response), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Post_ManyAtOnce_EachGetsAnAnswer()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Concurrency = 2, Queue = 10 });
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => server.PostAsync(Request())));

        Assert.All(responses, response => Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests));
        Assert.True(responses.Count(response => response.StatusCode == HttpStatusCode.OK) >= 12);
        Assert.Equal((0, 0), (server.Server.Queue.Running, server.Server.Queue.Waiting));
    }

    [Fact]
    public async Task Post_TimeIsOver_IsOneReply()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Timeout = TimeSpan.FromMilliseconds(200) });
        using IDisposable slot = await server.Server.Queue.EnterAsync(default);
        using HttpResponseMessage response = await server.PostAsync(Request());

        Assert.StartsWith("504 timeout", await ErrorOf(response), StringComparison.Ordinal);
        Assert.Equal(0, server.Server.Queue.Waiting);
    }

    [Fact]
    public async Task Post_BodyTooLong_IsRefused()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { MaxBodyBytes = Request().Length - 1 });
        using HttpResponseMessage known = await server.PostAsync(Request());
        Assert.StartsWith("413 request_too_large", await ErrorOf(known), StringComparison.Ordinal);

        // Who is still sending hears why.
        using HttpResponseMessage large = await server.PostAsync(Request($"\"user\": \"{new string('a', Request().Length)}\""));
        Assert.StartsWith("413 request_too_large", await ErrorOf(large), StringComparison.Ordinal);

        var chunked = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(Request(), Encoding.UTF8, "application/json"),
            Headers = { TransferEncodingChunked = true },
        };
        using HttpResponseMessage unknown = await server.Http.SendAsync(chunked);
        Assert.StartsWith("413 request_too_large", await ErrorOf(unknown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BytesInFlightUsedUp_IsTurnedAway()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { MaxBytesInFlight = 100_000 });
        using (AnswerQueue.BodyRoom room = server.Server.Queue.NewRoom())
        {
            room.Take(99_000);
            using HttpResponseMessage refused = await server.PostAsync(Request());
            Assert.StartsWith("429 too_many_bytes", await ErrorOf(refused), StringComparison.Ordinal);
        }

        using HttpResponseMessage answered = await server.PostAsync(Request());
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Post_HalfABody_EndsWithAnAnswerAndGivesItsRoomBack()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n{"));
        using var reader = new StreamReader(client.GetStream());

        Assert.StartsWith("HTTP/1.1 408", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await Until(() => _server.Server.Queue.BytesInFlight == 0);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Post_FiveHundredAtOnce_EachIsAnswered()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Queue = 20 });
        string request = Request("\"max_tokens\": 1");
        HttpStatusCode[] statuses = await Task.WhenAll(Enumerable.Range(0, 500).Select(async _ =>
        {
            using HttpResponseMessage response = await server.PostAsync(request);
            return response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{status}"));
        Assert.Contains(HttpStatusCode.OK, statuses);
        await Until(() => server.Server.Queue is { Running: 0, Waiting: 0, BytesInFlight: 0 });
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Connect_TwoHundredIdleAndHalfSent_LockNobodyOut()
    {
        await using RunningServer server = await StartAsync(served.Model);
        var connections = new List<TcpClient>();
        for (int i = 0; i < 200; i++)
        {
            connections.Add(new TcpClient());
            await connections[i].ConnectAsync(IPAddress.Loopback, server.Server.Address.Port);
            if (i % 2 == 0)
            {
                // A claim of 30 MB holds nothing.
                await connections[i].GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 30000000\r\n\r\n{"));
            }
        }

        using HttpResponseMessage response = await server.PostAsync(Request());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(server.Server.Queue.BytesInFlight, 0, 100);
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Connect_Idle_IsClosed()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { IdleTimeout = TimeSpan.FromSeconds(1) });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Server.Address.Port);

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Connect_TooManyOfOneAddress_AreToldSo()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { MaxConnectionsOfAddress = 3 });
        var idle = new List<TcpClient>();
        for (int i = 0; i < 3; i++)
        {
            idle.Add(new TcpClient());
            await idle[i].ConnectAsync(IPAddress.Loopback, server.Server.Address.Port);
        }

        // The server counts a connection a moment after it was made. One that is answered in that moment is closed at once.
        HttpResponseMessage response;
        for (int attempt = 0; ; attempt++)
        {
            using var other = new HttpClient { BaseAddress = server.Http.BaseAddress };
            other.DefaultRequestHeaders.ConnectionClose = true;
            response = await other.GetAsync("healthz");
            if (response.StatusCode != HttpStatusCode.OK || attempt == 200)
            {
                break;
            }

            response.Dispose();
            await Task.Delay(10);
        }

        Assert.StartsWith("429 too_many_connections", await ErrorOf(response), StringComparison.Ordinal);
        response.Dispose();
        idle.ForEach(client => client.Dispose());
        for (int i = 0; i < 200 && (await server.Http.GetAsync("healthz")).StatusCode != HttpStatusCode.OK; i++)
        {
            await Task.Delay(10);
        }

        using HttpResponseMessage answered = await server.PostAsync(Request());
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task Post_ClientGoesWhileItWaits_LeavesTheQueue()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Queue = 1 });
        using IDisposable slot = await server.Server.Queue.EnterAsync(default);
        using var stop = new CancellationTokenSource();
        Task<HttpResponseMessage> gone = server.PostAsync(Request(), stop.Token);
        await Until(() => server.Server.Queue.Waiting == 1);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Until(() => server.Server.Queue.Waiting == 0);
    }

    [Fact]
    public async Task Stop_WhileAnswering_EndsWhatRunsAndRefusesTheRest()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Queue = 5 });
        IDisposable running = await server.Server.Queue.EnterAsync(default);
        Task<HttpResponseMessage> waiting = server.PostAsync(Request());
        await Until(() => server.Server.Queue.Waiting == 1);

        Task stopping = server.Server.StopAsync();
        using HttpResponseMessage waited = await waiting;
        using HttpResponseMessage late = await server.PostAsync(Request());
        using HttpResponseMessage ready = await server.Http.GetAsync("readyz");

        Assert.StartsWith("503 stopping", await ErrorOf(waited), StringComparison.Ordinal);
        Assert.StartsWith("503 stopping", await ErrorOf(late), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.False(stopping.IsCompleted);
        running.Dispose();
        await stopping;
    }

    [Fact]
    public async Task Get_OtherHostName_IsRefused()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "v1/models") { Headers = { Host = "attacker.example" } };
        using HttpResponseMessage response = await _server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [UnixFact]
    public async Task Process_Terminated_EndsWithZero()
    {
        using Process process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "zooprune.dll"), "serve", TestModel.Folder, "--port", "0", "--keep", "64"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string line = (await process.StandardOutput.ReadLineAsync())!;
        string address = line.Split(' ')[2];
        using var http = new HttpClient();
        string answer = await (await http.PostAsync(
            $"{address}/chat/completions", new StringContent(Request(), Encoding.UTF8, "application/json"))).Content.ReadAsStringAsync();
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();

        Assert.Contains("\"kept_tokens\":64", answer, StringComparison.Ordinal);
        string[] errors = (await process.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain(errors, one => !one.EndsWith(" s so far", StringComparison.Ordinal));
    }

    /// <summary>A question about an image_url.</summary>
    private static string About(string image) => RequestOf($$$"""
        [{"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": { {{{image}}} }}]}]
        """);

    private async Task<HttpResponseMessage> StartBusyAndPost()
    {
        await using RunningServer server = await StartAsync(served.Model, new() { Queue = 0 });
        using IDisposable slot = await server.Server.Queue.EnterAsync(default);
        return await server.PostAsync(Request());
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
