using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace ZooPrune.Samples.Tests;

/// <summary>The server in this process, on a port of its own, and a client of it.</summary>
public sealed class TestServer : IAsyncLifetime, IAsyncDisposable
{
    private readonly ServerOptions _options;

    public TestServer()
        : this(options => options)
    {
    }

    private TestServer(Func<ServerOptions, ServerOptions> change) =>
        _options = change(new ServerOptions { ModelFolder = TestModel.Folder, Port = 0, Workers = 2 });

    internal WebApplication Application { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; } = new();

    /// <summary>A server of one test, with limits of its own.</summary>
    internal static async Task<TestServer> StartAsync(Func<ServerOptions, ServerOptions> change)
    {
        var server = new TestServer(change);
        await server.InitializeAsync();
        return server;
    }

    public async Task InitializeAsync()
    {
        Application = WebServer.Create(_options);
        await Application.StartAsync();
        Address = new Uri(Application.Urls.First());
        Client.BaseAddress = Address;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>A form as the page sends it.</summary>
    internal static MultipartFormDataContent Form(
        string? question = "Do you see a red circle?", string? keep = "64", string? sample = null, byte[]? image = null)
    {
        var form = new MultipartFormDataContent();
        Add("question", question);
        Add("keep", keep);
        Add("sample", sample);
        if (image is not null)
        {
            var type = new MediaTypeHeaderValue("image/png");
            form.Add(new ByteArrayContent(image) { Headers = { ContentType = type } }, "image", "picture.png");
        }

        return form;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                form.Add(new StringContent(value), name);
            }
        }
    }

    internal Task<JsonElement> AskAsync(HttpContent form) => AskAsync(Client, form);

    internal static async Task<JsonElement> AskAsync(HttpClient client, HttpContent form)
    {
        using HttpResponseMessage response = await client.PostAsync("api/answers", form);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    internal static async Task AssertRefusedAsync(HttpResponseMessage response, HttpStatusCode status, string title, string detail)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal((title, detail), (problem.GetProperty("title").GetString()!, problem.GetProperty("detail").GetString()!));
    }
}
