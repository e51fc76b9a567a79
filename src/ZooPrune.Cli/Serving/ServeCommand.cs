using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using ZooPrune.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Cli;

/// <summary>"serve": a model behind OpenAI's API, until it is stopped.</summary>
internal sealed class ServeCommand : ToolCommand
{
    private static readonly Argument<string> Model = ModelFolder("Model folder in the layout of the Hugging Face hub.");
    private static readonly Option<KeepBudget?> Keep = TypedOption.Create<KeepBudget?>(
        "--keep", "N|P%", "Visual tokens to keep of each picture where a request does not say. Default: all.",
        text => TypedOption.ParseKeep("--keep", text));
    private static readonly Option<int> MaxNewTokens = TypedOption.Number(
        "--max-new-tokens", "Most tokens of an answer where a request does not say.", 1, ServerOptions.DefaultMaxNewTokens);
    private static readonly Option<string?> ModelName = TypedOption.Text(
        "--name", "NAME", "What requests call the model. Default: the name of its folder.");
    private static readonly Option<IPAddress> Address = TypedOption.Create(
        "--address", "IP", "Address to listen at. The default only this machine reaches.", ParseAddress, IPAddress.Loopback);
    private static readonly Option<int> Port = TypedOption.Create(
        "--port", "N", "Port to listen at; 0 takes any that is free.", ParsePort, ServerOptions.DefaultPort);
    private static readonly Option<string?> KeyFile = TypedOption.Text(
        "--api-key-file", "FILE", "Keys that are let in, one a line. Default: everybody who reaches the address.");
    private static readonly Option<int> Concurrency = TypedOption.Number(
        "--max-concurrency", "Answers at once; they share the processors.", 1, 1);
    private static readonly Option<int> Queue = TypedOption.Number(
        "--queue", "Requests that may wait; further ones are turned away.", 0, ServerOptions.DefaultQueue);
    private static readonly Option<int> Timeout = TypedOption.Number(
        "--timeout", "Seconds that a request may take, waiting included.", 1, ServerOptions.DefaultTimeoutSeconds);
    private static readonly Option<ConfigurationOptions?> Cache = TypedOption.Create<ConfigurationOptions?>(
        "--cache", "URL", "A Redis that instances share pruned pictures through, so that none encodes what another has: redis://host:6379, "
            + "or rediss:// with TLS. Without it, or when it is gone, each encodes for itself.", text => RedisCache.Parse("--cache", text));
    private static readonly Option<string?> CacheSecretFile = TypedOption.Text(
        "--cache-secret-file", "FILE", "What all instances know and nobody else: a picture in the cache that was written without it is not used.");
    private static readonly Option<int> CacheSeconds = TypedOption.Number(
        "--cache-seconds", "How long a picture stays in the cache.", 1, otherwise: 3600);
    private static readonly Option<bool> AllowFetch = TypedOption.Switch(
        "--allow-fetch", "Fetch pictures from public https addresses. Default: pictures are sent as data URIs.");
    private static readonly Option<ModelPrecision> Precision = PrecisionOption("run");
    private static readonly Option<long> MaxImagePixels = ModelSwitches.MaxImagePixelsOr(ServerOptions.DefaultMaxImagePixels);

    public ServeCommand()
        : base("serve", "Serves a model with OpenAI's API: /v1/chat/completions with pictures, whole or streamed, and /v1/models.")
    {
        Arguments.Add(Model);
        foreach (Option option in (Option[])
            [
                Keep, ModelSwitches.Method, MaxNewTokens, ModelName, Address, Port, KeyFile, Concurrency, Queue, Timeout, Cache,
                CacheSecretFile, CacheSeconds, AllowFetch, Precision, ModelSwitches.Device, ModelSwitches.Positions,
                ModelSwitches.ExifOrientation, MaxImagePixels,
            ])
        {
            Options.Add(option);
        }

        this.Require(ModelSwitches.Method, Keep);
        this.Require(CacheSecretFile, Cache);
        this.Require(CacheSeconds, Cache);
    }

    public override string Examples => """
        Examples:
          zooprune serve models/shapes-vlm --keep 64
          zooprune serve models/qwen2.5-vl --keep 20% --port 9000 --api-key-file keys.txt --max-concurrency 2
          zooprune serve models/llava --keep 64 --cache redis://localhost:6379 --cache-secret-file secret

        Clients of OpenAI's API take http://127.0.0.1:8080/v1 as their address. A request may say "zooprune": {"keep": "11%"}.
        Ctrl-C lets running answers end; a second one does not.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        ServerOptions options = Read(line);
        VisionLanguageModelOptions running = ModelSwitches.Read(line) with
        {
            Precision = line.GetValue(Precision),
            Device = line.GetRequiredValue(ModelSwitches.Device),
            MaxImagePixels = line.GetValue(MaxImagePixels),
            Threads = options.Concurrency == 1 ? 0 : Math.Max(1, Environment.ProcessorCount / options.Concurrency),
        };
        ReadOnlyMemory<byte> secret = line.GetValue(CacheSecretFile) is { } path ? ApiKeys.ReadSecret(path) : default;
        string folder = line.GetRequiredValue(Model);
        VisionLanguageModel model = terminal.Own(terminal.While("loading the model", () => VisionLanguageModel.Load(folder, running)));
        RunAsync(model, options, line.GetValue(Cache), secret, TimeSpan.FromSeconds(line.GetValue(CacheSeconds)), terminal)
            .GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task RunAsync(
        VisionLanguageModel model,
        ServerOptions options,
        ConfigurationOptions? address,
        ReadOnlyMemory<byte> secret,
        TimeSpan lifetime,
        Terminal terminal)
    {
        await using RedisCache? cache = address is null ? null : await RedisCache.ConnectAsync(address, SharedImageOptions.DefaultMaxBytes);
        if (cache is not null)
        {
            options = options with { SharedImages = new SharedImageOptions { Cache = cache, Secret = secret, Lifetime = lifetime } };
        }

        await using ChatServer server = ChatServer.Create(model, options);
        try
        {
            await server.StartAsync(terminal.Cancellation);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw Throw.CannotListen(options.Address, options.Port, exception);
        }

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration interrupted = terminal.Cancellation.Register(() => stopped.TrySetResult());
        terminal.Say($"Listening at {server.Address}v1  (Ctrl-C ends it)");
        if (!IPAddress.IsLoopback(options.Address) && !options.Keys.AreNeeded)
        {
            terminal.Say("Everybody who reaches this address is answered: there is no --api-key-file.");
        }

        if (cache is not null)
        {
            terminal.Say(cache.IsConnected
                ? "Pictures are shared through the cache."
                : "The cache cannot be reached: every picture is encoded here until it can.");
        }

        if (cache is not null && secret.IsEmpty)
        {
            terminal.Say("Pictures are taken from whoever can write to the cache and has the model: there is no --cache-secret-file.");
        }

        await stopped.Task;
        await server.StopAsync();
    }

    private static ServerOptions Read(ParseResult line) => new()
    {
        Pruning = line.GetValue(Keep) is { } keep
            ? new PruningOptions { Keep = keep, Selection = line.GetValue(ModelSwitches.Method) } : null,
        MaxNewTokens = line.GetValue(MaxNewTokens),
        ModelId = line.GetValue(ModelName),
        Address = line.GetRequiredValue(Address),
        Port = line.GetValue(Port),
        Keys = line.GetValue(KeyFile) is { } path ? ApiKeys.Read(path) : ApiKeys.None,
        Concurrency = line.GetValue(Concurrency),
        Queue = line.GetValue(Queue),
        Timeout = TimeSpan.FromSeconds(line.GetValue(Timeout)),
        AllowFetch = line.GetValue(AllowFetch),
    };

    private static int ParsePort(string text) => TypedOption.ParseNumber("--port", text, 0) is var port and <= IPEndPoint.MaxPort
        ? port
        : throw Shell.Throw.BadOption("--port", text, $"a port, 0 to {IPEndPoint.MaxPort}");

    private static IPAddress ParseAddress(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw Shell.Throw.BadOption("--address", text, "an IP address of this machine (127.0.0.1, 0.0.0.0, ::1)");
}
