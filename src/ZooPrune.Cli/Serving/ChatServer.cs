using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using ZooPrune.Extensions.AI;
using ZooPrune.Onnx;
using ZooPrune.Serving;

namespace ZooPrune.Cli;

/// <summary>A server of one model with OpenAI's API: limits, what every request passes, addresses.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    /// <summary>Up to so many times the limit a refused body is read and thrown away.</summary>
    private const int ReadToRefuse = 4;

    private readonly WebApplication _application;
    private readonly ServerOptions _options;
    private readonly AnswerQueue _queue;

    private ChatServer(WebApplication application, ServerOptions options) =>
        (_application, _options, _queue) = (application, options, application.Services.GetRequiredService<AnswerQueue>());

    /// <summary>Where it listens, once it is started.</summary>
    public Uri Address => new(_application.Urls.First());

    /// <summary>Requests that are answered, and wait.</summary>
    public AnswerQueue Queue => _queue;

    /// <summary>A server that is ready to be started.</summary>
    /// <param name="model">The model; not disposed with the server.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="ArgumentException">An option is not for this model.</exception>
    public static ChatServer Create(VisionLanguageModel model, ServerOptions options)
    {
        // Production whatever the environment says: the developer's error page shows stack traces.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.ConfigureKestrel(kestrel => new ConnectionLimits
        {
            MaxConnections = options.MaxConnections,
            MaxConnectionsOfAddress = options.MaxConnectionsOfAddress,
            IdleTimeout = options.IdleTimeout,
            MaxBodyBytes = (long)ReadToRefuse * options.MaxBodyBytes,
        }.Apply(kestrel, options.Address, options.Port));

        // ASP.NET Core's own lines have addresses and queries in them; standard output is the tool's.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddFilter(nameof(ZooPrune), LogLevel.Information)
            .AddSimpleConsole();
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<AnswerQueue>();
        builder.Services.AddSingleton(_ => new ImageFetcher(options.MaxBodyBytes));
        builder.Services.AddSingleton(services => new VisionLanguageChatClient(
            model,
            options.ToChatOptions(
                options.AllowFetch ? services.GetRequiredService<ImageFetcher>() : null, services.GetRequiredService<ILoggerFactory>())));
        builder.Services.AddSingleton<ChatEndpoint>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("ZooPrune*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());

        // A page elsewhere whose name was made to point here (DNS rebinding) sends its own name.
        builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts =
            IPAddress.IsLoopback(options.Address) ? ["localhost", "127.0.0.1", "[::1]"] : ["*"]);

        WebApplication application = builder.Build();
        var client = application.Services.GetRequiredService<VisionLanguageChatClient>();
        DateTimeOffset created = DateTimeOffset.UtcNow;
        var server = new ChatServer(application, options);
        application.UseHostFiltering();
        application.Use(server.CheckAsync);
        application.UseRouting();
        application.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        application.MapPost("/v1/chat/completions", application.Services.GetRequiredService<ChatEndpoint>().AnswerAsync);
        application.MapGet("/v1/models", context => WriteAsync(context, ChatJson.Model(client.ModelId, created, isList: true)));
        application.MapGet("/v1/models/{id}", context => context.Request.RouteValues["id"] as string == client.ModelId
            ? WriteAsync(context, ChatJson.Model(client.ModelId, created, isList: false))
            : Refusal.UnknownModel(context.Request.RouteValues["id"] as string ?? "", client.ModelId).WriteAsync(context));
        application.MapGet("/healthz", context => context.Response.WriteAsync("ok\n"));
        application.MapGet("/readyz", context =>
        {
            context.Response.StatusCode = server.Queue.IsDraining ? 503 : 200;
            return context.Response.WriteAsync(server.Queue.IsDraining ? "stopping\n" : "ready\n");
        });
        return server;
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The address is taken, or not this machine's.</exception>
    public Task StartAsync(CancellationToken cancellation = default) => _application.StartAsync(cancellation);

    /// <summary>Stops: what waits and what comes is told so, running answers end, or are cut off when their time is over.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAny(_queue.DrainAsync(), Task.Delay(_options.StopTimeout));
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>What every request passes: room for its connection, its key, and an answer in our shape where there is none.</summary>
    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (ConnectionLimits.IsOneTooMany(context))
        {
            context.Response.Headers.Connection = "close";
            await _queue.Refuse(Refusal.TooManyConnections(_options.MaxConnectionsOfAddress)).WriteAsync(context);
            return;
        }

        // Who looks whether the server lives needs no key.
        bool isOpen = context.Request.Path.Value is "/healthz" or "/readyz";
        if (!isOpen && !_options.Keys.Admit(context.Request.Headers.Authorization))
        {
            await _queue.Refuse(Refusal.NoKey()).WriteAsync(context);
            return;
        }

        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentLength: null })
        {
            (string method, string path) = (context.Request.Method, context.Request.Path);
            Refusal refusal = context.Response.StatusCode == 404 ? Refusal.NotFound(method, path) : Refusal.WrongMethod(method, path);
            await refusal.WriteAsync(context);
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>Signals are the tool's business.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
