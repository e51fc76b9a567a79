using System.Net;
using Microsoft.AspNetCore.Http.Timeouts;
using ZooPrune.Onnx;
using ZooPrune.Serving;

namespace ZooPrune.Samples;

/// <summary>Puts the server together: limits, what every request passes, endpoints.</summary>
internal static class WebServer
{
    /// <summary>Up to so many times the limit a refused picture is read and thrown away: who is cut off does not hear why.</summary>
    private const int ReadToRefuse = 4;

    // What a browser is told on every answer. blob: is the preview of the picture that the user chose.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>A server that is ready to be started. Disposing it frees the model.</summary>
    /// <exception cref="ZooPruneException">The model cannot be loaded.</exception>
    public static WebApplication Create(ServerOptions options)
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
            MaxBodyBytes = (long)ReadToRefuse * options.MaxImageBytes,
        }.Apply(kestrel, options.Address, options.Port));
        // ASP.NET Core's own lines have addresses and queries in them.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("ZooPrune", LogLevel.Information);

        // One thread each: many answers at once use the processors better than one answer does.
        var model = VisionLanguageModel.Load(options.ModelFolder, new VisionLanguageModelOptions
        {
            Threads = 1,
            MaxImagePixels = options.MaxImagePixels,
            MaxPixels = options.MaxPixels,
            ApplyExifOrientation = options.ApplyExifOrientation,
        });
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => model);
        builder.Services.AddSingleton<EnginePool>();
        builder.Services.AddSingleton<AnswerQueue>();
        builder.Services.AddSingleton(new BytesInFlight(options.MaxBytesInFlight));
        builder.Services.AddSingleton<SamplePictures>();
        builder.Services.AddSingleton<AnswerEndpoint>();
        builder.Services.AddProblemDetails();
        builder.Services.AddHealthChecks();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = options.Timeout,
            WriteTimeoutResponse = context => Refusal.TimedOut(options.Timeout).WriteAsync(context),
        });
        // A page elsewhere whose name was made to point here (DNS rebinding) sends its own name.
        builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts =
            IPAddress.IsLoopback(options.Address) ? ["localhost", "127.0.0.1", "[::1]"] : ["*"]);

        WebApplication server = builder.Build();
        server.UseHostFiltering();
        server.UseExceptionHandler();
        server.UseStatusCodePages();
        server.Use(AddSecurityHeaders);
        server.Use((context, next) => RequireRoom(context, next, options));
        server.Use(RequireSameOrigin);
        server.UseRequestTimeouts();
        server.MapHealthChecks("/health");
        Page.Map(server);
        server.Services.GetRequiredService<SamplePictures>().Map(server);
        AnswerEndpoint answers = server.Services.GetRequiredService<AnswerEndpoint>();
        answers.Map(server);
        answers.WarmUp();
        return server;
    }

    private static Task AddSecurityHeaders(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Refuses what comes over connections that one address has too many of.</summary>
    private static Task RequireRoom(HttpContext context, RequestDelegate next, ServerOptions options)
    {
        if (!ConnectionLimits.IsOneTooMany(context))
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        return Refusal.TooManyConnections(options.MaxConnectionsOfAddress).WriteAsync(context);
    }

    /// <summary>Refuses questions that a page of another site sends through the user's browser. Programs send no Origin and pass.</summary>
    private static Task RequireSameOrigin(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return next(context);
        }

        string? origin = request.Headers.Origin;
        string? site = request.Headers["Sec-Fetch-Site"];
        bool isOwn = (origin is null || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            && site is null or "same-origin" or "none";
        return isOwn ? next(context) : Refusal.ForeignOrigin().WriteAsync(context);
    }
}
