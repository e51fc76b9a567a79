using System.Net;

namespace ZooPrune.Cli.Tests;

public sealed class ServeCommandTests
{
    [Theory]
    [InlineData("zooprune: the option --port is '70000'. Expected a port, 0 to 65535; correct it.", "--port", "70000")]
    [InlineData(
        "zooprune: the option --address is 'here'. Expected an IP address of this machine (127.0.0.1, 0.0.0.0, ::1); correct it.",
        "--address", "here")]
    [InlineData(
        "zooprune: the option --max-concurrency is '0'. Expected a whole number of at least 1; correct it.", "--max-concurrency", "0")]
    [InlineData("zooprune: the option --method is given without --keep. Expected both or neither; add --keep.", "--method", "norm")]
    [InlineData(
        "zooprune serve: the keys 'nowhere' cannot be read: there is no such file. Expected a text file with a key a "
            + "line; check the path.",
        "--api-key-file", "nowhere")]
    public void Serve_WrongOption_SaysWhatIsExpected(string message, params string[] arguments)
    {
        var run = ToolRun.InProcess(["serve", TestModel.Folder, .. arguments]);

        Assert.Equal((ExitCode.BadInput, message, ""), (run.ExitCode, run.Error.TrimEnd(), run.Output));
    }

    [Fact]
    public void Serve_NoModel_EndsWithTwo() => Assert.Equal(ExitCode.BadInput, ToolRun.InProcess("serve", "nowhere").ExitCode);

    [Fact]
    public void Serve_PortTaken_SaysSo()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var run = ToolRun.InProcess("serve", TestModel.Folder, "--port", $"{port}");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith($"zooprune serve: it cannot listen at 127.0.0.1, port {port}: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_AddressOfAnotherMachine_SaysSo()
    {
        var run = ToolRun.InProcess("serve", TestModel.Folder, "--address", "203.0.113.1", "--port", "8081");

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.StartsWith("zooprune serve: it cannot listen at 203.0.113.1, port 8081: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "zooprune: the option --cache is 'localhost'. Expected the address of a Redis (redis://localhost:6379, "
            + "rediss://user:password@host:6380/0); correct it.",
        "--cache", "localhost")]
    [InlineData(
        "zooprune: the option --cache-secret-file is given without --cache. Expected both or neither; add --cache.",
        "--cache-secret-file", "secret")]
    [InlineData(
        "zooprune: the option --cache-seconds is '0'. Expected a whole number of at least 1; correct it.",
        "--cache", "redis://localhost", "--cache-seconds", "0")]
    [InlineData(
        "zooprune serve: the secret 'nowhere' cannot be read: there is no such file. Expected a text file with one of "
            + "at least 16 bytes; check the path.",
        "--cache", "redis://localhost", "--cache-secret-file", "nowhere")]
    public void Serve_WrongCache_SaysWhatIsExpected(string message, params string[] arguments) =>
        Serve_WrongOption_SaysWhatIsExpected(message, arguments);

    [Fact]
    public void ReadSecret_Short_IsAnError()
    {
        using var folder = new TestFolder();
        string path = folder.Write("secret", "  0123456789abcde \n");

        Assert.Equal(
            $"zooprune serve: the secret in '{path}' is shorter than 16 bytes. Expected one that nobody guesses; make one with openssl rand "
                + "-hex 32.",
            Assert.Throws<UsageException>(() => ApiKeys.ReadSecret(path)).Message);
        Assert.Equal("0123456789abcdef"u8.ToArray(), ApiKeys.ReadSecret(folder.Write("secret", "0123456789abcdef\r\n")).ToArray());
    }

    [Fact]
    public void ApiKeys_NoKey_IsAnError()
    {
        using var folder = new TestFolder();
        string path = folder.Write("keys", "# none\n\n");

        Assert.Equal(
            $"zooprune serve: the file '{path}' has no key. Expected one a line; add one, or leave --api-key-file out.",
            Assert.Throws<UsageException>(() => ApiKeys.Read(path)).Message);
    }

    [Theory]
    [InlineData("Bearer one", true)]
    [InlineData("bearer two ", true)]
    [InlineData("Bearer three", false)]
    [InlineData("Bearer ", false)]
    [InlineData("one", false)]
    [InlineData(null, false)]
    public void ApiKeys_Admit_OneOfTheKeys(string? authorization, bool expected)
    {
        using var folder = new TestFolder();
        ApiKeys keys = ApiKeys.Read(folder.Write("keys", "one\ntwo"));

        Assert.Equal(expected, keys.Admit(authorization));
        Assert.True(ApiKeys.None.Admit(authorization));
    }
}

public sealed class ImageFetcherTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.18.0.1")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    public void IsPublic_Inside_IsNot(string address) => Assert.False(ImageFetcher.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700::1111")]
    [InlineData("2001:4860:4860::8888")]
    public void IsPublic_Outside_Is(string address) => Assert.True(ImageFetcher.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://example.org/a.png", "it is not https, ")]
    [InlineData("https://localhost/a.png", "not on the public network")]
    [InlineData("https://127.0.0.1:1/a.png", "not on the public network")]
    [InlineData("https://[::ffff:7f00:1]/a.png", "not on the public network")]
    [InlineData("https://2130706433/a.png", "not on the public network")]
    public async Task Fetch_AddressInside_IsRefusedBeforeAnythingIsSent(string address, string expected)
    {
        using var fetcher = new ImageFetcher(1000);

        Refusal refusal = await Assert.ThrowsAsync<Refusal>(() => fetcher.FetchAsync(new Uri(address), default));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 1000, null)]
    [InlineData(200, 1001, "it is of more than 1,000 bytes")]
    [InlineData(302, 0, "it is answered with 302")]
    [InlineData(404, 0, "it is answered with 404")]
    public async Task Fetch_Answer_IsTakenUpToTheLimit(int status, int length, string? expected)
    {
        using var fetcher = new ImageFetcher(1000, new Answering(new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new ByteArrayContent(new byte[length]),
        }));
        var address = new Uri("https://example.org/a.png");

        if (expected is null)
        {
            Assert.Equal(length, (await fetcher.FetchAsync(address, default)).Length);
        }
        else
        {
            Assert.Contains(expected, (await Assert.ThrowsAsync<Refusal>(() => fetcher.FetchAsync(address, default))).Message);
        }
    }

    private sealed class Answering(HttpResponseMessage response) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(response);
    }
}
