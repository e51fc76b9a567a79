using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ZooPrune.Serving;

namespace ZooPrune.Samples.Tests;

/// <summary>Clients that would hold the server: docs/under-attack.md.</summary>
public sealed class AttackTests
{
    private const string Head = "POST /api/answers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
        + "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n\r\n";

    [Fact]
    public async Task Connect_TwoHundredIdle_LockNobodyOut()
    {
        await using TestServer own = await TestServer.StartAsync(options => options);
        List<TcpClient> idle = await ConnectAsync(own, 200);

        using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        idle.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Connect_Idle_IsClosed()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        List<TcpClient> idle = await ConnectAsync(own, 1);
        await idle[0].GetStream().WriteAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(idle[0].GetStream());
        string answer = await reader.ReadToEndAsync(limit.Token); // To the end: the server closes.

        Assert.Contains("Healthy", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_TooManyOfOneAddress_AreToldSo()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { MaxConnectionsOfAddress = 3 });
        List<TcpClient> idle = await ConnectAsync(own, 3);
        await Task.Delay(100); // The server counts connections as it takes them.

        using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));

        await TestServer.AssertRefusedAsync(
            response,
            HttpStatusCode.TooManyRequests,
            "Too many connections",
            "Your address has over 3 connections. Expected at most so many; close some and try again.");
        idle.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Upload_BytesInFlightUsedUp_IsTurnedAwayAndTheRoomComesBack()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { MaxBytesInFlight = 1 << 20 });
        BytesInFlight bytes = own.Application.Services.GetRequiredService<BytesInFlight>();
        byte[] half = new byte[900_000];
        TestPng.Create().CopyTo(half, 0);
        List<TcpClient> slow = await ConnectAsync(own, 1);
        await slow[0].GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head));
        await slow[0].GetStream().WriteAsync(half);
        await UntilAsync(() => bytes.Count > 800_000);
        byte[] picture = new byte[400_000];
        TestPng.Create().CopyTo(picture, 0);

        using (HttpResponseMessage refused = await own.Client.PostAsync("api/answers", TestServer.Form(image: picture)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("Too many pictures at once", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        slow[0].Dispose();
        await UntilAsync(() => bytes.Count == 0);
        using HttpResponseMessage taken = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Ask_FiveHundredAtOnce_EachIsAnswered()
    {
        await using TestServer own = await TestServer.StartAsync(options => options with { Queue = 20 });
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 600 }) { BaseAddress = own.Address, Timeout = TimeSpan.FromMinutes(5) };

        HttpResponseMessage[] responses = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(_ => client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"))));

        Assert.All(responses, response => Assert.Contains(response.StatusCode, (HttpStatusCode[])
            [HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests, HttpStatusCode.GatewayTimeout]));
        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ask_TimeIsOverAtAnyMoment_IsOneReply()
    {
        // From shorter than an answer takes to longer.
        foreach (int milliseconds in (int[])[1, 5, 20, 60, 120, 250, 1000])
        {
            await using TestServer own = await TestServer.StartAsync(
                options => options with { Timeout = TimeSpan.FromMilliseconds(milliseconds), Workers = 1 });
            using HttpResponseMessage response = await own.Client.PostAsync("api/answers", TestServer.Form(sample: "0000.png"));
            string body = await response.Content.ReadAsStringAsync();

            using var json = System.Text.Json.JsonDocument.Parse(body); // Two replies are no JSON.
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.GatewayTimeout]);
        }
    }

    private static async Task<List<TcpClient>> ConnectAsync(TestServer server, int count)
    {
        var clients = new List<TcpClient>();
        for (int i = 0; i < count; i++)
        {
            clients.Add(new TcpClient());
            await clients[i].ConnectAsync(IPAddress.Loopback, server.Address.Port);
        }

        return clients;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "It did not happen within thirty seconds.");
            await Task.Delay(20);
        }
    }
}
