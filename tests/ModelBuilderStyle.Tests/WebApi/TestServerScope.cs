namespace ZooPrune.Samples.Tests;

/// <summary>A server of one test, with its own limits.</summary>
internal sealed class TestServerScope(TestServer server) : IAsyncDisposable
{
    public TestServer Server { get; } = server;

    public static async Task<TestServerScope> StartAsync(Func<ServerOptions, ServerOptions> change)
    {
        var server = new TestServer(change);
        await server.InitializeAsync();
        return new TestServerScope(server);
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
