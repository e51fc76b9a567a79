using System.Text;
using System.Text.Json;
using ZooPrune.Onnx;

namespace ZooPrune.Cli.Tests;

/// <summary>models/shapes-vlm, loaded once for all servers.</summary>
public sealed class ServedModel : IDisposable
{
    public VisionLanguageModel Model { get; } = VisionLanguageModel.Load(TestModel.Folder);

    public void Dispose() => Model.Dispose();
}

[CollectionDefinition(Name)]
public sealed class ServedModelCollection : ICollectionFixture<ServedModel>
{
    public const string Name = "served model";
}

/// <summary>A server at a free port, and a plain client for it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string Question = "Where is the yellow circle in the image?";

    private RunningServer(ChatServer server)
    {
        Server = server;
        Http = new HttpClient { BaseAddress = server.Address };
    }

    public ChatServer Server { get; }

    public HttpClient Http { get; }

    /// <summary>The address that clients of OpenAI's API are given.</summary>
    public Uri Api => new(Server.Address, "v1");

    public static async Task<RunningServer> StartAsync(VisionLanguageModel model, ServerOptions? options = null)
    {
        ChatServer server = ChatServer.Create(model, (options ?? new ServerOptions()) with { Port = 0 });
        await server.StartAsync();
        return new RunningServer(server);
    }

    /// <summary>A held-out picture as a data URI.</summary>
    public static string DataUri(string path) => $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(path))}";

    /// <summary>A request about the picture, with more properties.</summary>
    /// <param name="more">"\"n\": 2", ...</param>
    public static string Request(params string[] more) => RequestOf($$$"""
        [{"role": "user", "content": [{"type": "text", "text": "{{{Question}}}"},
            {"type": "image_url", "image_url": {"url": "{{{DataUri(TestModel.Picture)}}}"}}]}]
        """, more);

    /// <summary>A request with messages, and with more properties.</summary>
    public static string RequestOf(string messages, params string[] more) =>
        $$"""{ {{string.Concat(more.Select(one => one + ", "))}} "model": "shapes-vlm", "messages": {{messages}} }""";

    public Task<HttpResponseMessage> PostAsync(string json, CancellationToken cancellation = default) =>
        Http.PostAsync("v1/chat/completions", new StringContent(json, Encoding.UTF8, "application/json"), cancellation);

    /// <summary>The status and the error, in one line: "400 invalid_value temperature: ...".</summary>
    public static async Task<string> ErrorOf(HttpResponseMessage response)
    {
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement error = json.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        return $"{(int)response.StatusCode} {error.GetProperty("code")} {error.GetProperty("message")}";
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.StopAsync();
        await Server.DisposeAsync();
    }
}
