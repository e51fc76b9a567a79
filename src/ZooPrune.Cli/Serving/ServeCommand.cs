using System.CommandLine;
using System.Net;
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
        "--max-concurrency", "Answers at once; they share the processors.", 1, 1, atMost: 256);
    private static readonly Option<int> Queue = TypedOption.Number(
        "--queue", "Requests that may wait; further ones are turned away.", 0, ServerOptions.DefaultQueue, atMost: 100_000);
    private static readonly Option<int> Timeout = TypedOption.Number(
        "--timeout", "Seconds that a request may take, waiting included.", 1, ServerOptions.DefaultTimeoutSeconds, atMost: 86_400);
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
                Keep, ModelSwitches.Method, MaxNewTokens, ModelName, Address, Port, KeyFile, Concurrency, Queue, Timeout, AllowFetch,
                Precision, ModelSwitches.Positions, ModelSwitches.ExifOrientation, MaxImagePixels, ModelSwitches.MaxPixels,
            ])
        {
            Options.Add(option);
        }

        this.Require(ModelSwitches.Method, Keep);
    }

    public override string Examples => """
        Examples:
          zooprune serve models/shapes-vlm --keep 64
          zooprune serve models/qwen2.5-vl --keep 20% --port 9000 --api-key-file keys.txt --max-concurrency 2

        Clients of OpenAI's API take http://127.0.0.1:8080/v1 as their address. A request may say "zooprune": {"keep": "11%"}.
        Ctrl-C lets running answers end; a second one does not.
        """;

    public override int Run(ParseResult line, Terminal terminal)
    {
        ServerOptions options = Read(line);
        VisionLanguageModelOptions running = ModelSwitches.Read(line) with
        {
            Precision = line.GetValue(Precision),
            MaxImagePixels = line.GetValue(MaxImagePixels),
            LoggerFactory = terminal.Log,
            Threads = options.Concurrency == 1 ? 0 : Math.Max(1, Environment.ProcessorCount / options.Concurrency),
        };
        string folder = line.GetRequiredValue(Model);
        VisionLanguageModel model = terminal.Own(terminal.While("loading the model", () => VisionLanguageModel.Load(folder, running)));
        RunAsync(model, options, terminal).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task RunAsync(VisionLanguageModel model, ServerOptions options, Terminal terminal)
    {
        await using ChatServer server = ChatServer.Create(model, options);
        try
        {
            await server.StartAsync(terminal.Cancellation);
        }
        catch (IOException exception)
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
