using System.CommandLine;
using System.Net;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Serves the page and its API until Ctrl-C.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class WebProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    private static readonly Option<int> Port = TypedOption.Create(
        "--port", "N", "Port to listen at; 0 takes any that is free.", ParsePort, ServerOptions.DefaultPort);
    private static readonly Option<IPAddress> Address = TypedOption.Create(
        "--address",
        "IP",
        "Address to listen at. The default only this machine reaches; there is no login, so think before giving another.",
        ParseAddress,
        new ServerOptions { ModelFolder = "" }.Address);
    private static readonly Option<string?> Model = ModelLocation.Option();
    private static readonly Option<int?> Workers = TypedOption.NumberUpTo(
        "--workers", "Questions answered at once. Default: one for each processor.", 256);
    private static readonly Option<int> Queue = TypedOption.Number(
        "--queue", "Questions that may wait; further ones are turned away.", 0, otherwise: ServerOptions.DefaultQueue, atMost: 100_000);
    private static readonly Option<long> MaxImagePixels = ModelSwitches.MaxImagePixelsOr(ServerOptions.DefaultMaxImagePixels);

    public static int Main(string[] arguments) => RunOnConsole(arguments, (output, error) => new WebProgram(output, error));

    protected override RootCommand CreateCommand() => new(
        "Serves one page that asks pictures: pick one, ask, slide the budget, "
        + "and see the answer, the visual tokens that were kept and the time.")
    {
        Port, Address, Model, Workers, Queue, ModelSwitches.ExifOrientation, MaxImagePixels, ModelSwitches.MaxPixels,
    };

    protected override int Run(ParseResult line, CancellationToken cancellation)
    {
        ServerOptions options = ToOptions(line);
        RunAsync(options, cancellation).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private async Task RunAsync(ServerOptions options, CancellationToken cancellation)
    {
        await using WebApplication server = WebServer.Create(options);
        try
        {
            await server.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            throw Throw.CannotListen(options.Address.ToString(), options.Port, e);
        }

        Say(Output, $"Listening at {server.Urls.First()}  (Ctrl-C ends it)");
        await server.WaitForShutdownAsync(cancellation);
    }

    private static ServerOptions ToOptions(ParseResult line)
    {
        var options = new ServerOptions
        {
            ModelFolder = ModelLocation.Find(line.GetValue(Model)),
            Port = line.GetValue(Port),
            Address = line.GetRequiredValue(Address),
            Queue = line.GetValue(Queue),
            ApplyExifOrientation = line.GetValue(ModelSwitches.ExifOrientation),
            MaxImagePixels = line.GetValue(MaxImagePixels),
            MaxPixels = line.GetValue(ModelSwitches.MaxPixels),
        };
        return line.GetValue(Workers) is { } workers ? options with { Workers = workers } : options;
    }

    private static int ParsePort(string text) => TypedOption.ParseNumber("--port", text, 0) is var port and <= IPEndPoint.MaxPort
        ? port
        : throw Shell.Throw.BadOption("--port", text, $"a port, 0 to {IPEndPoint.MaxPort}");

    private static IPAddress ParseAddress(string text) => IPAddress.TryParse(text, out IPAddress? address)
        ? address
        : throw Shell.Throw.BadOption("--address", text, "an IP address of this machine (127.0.0.1, 0.0.0.0, ::1)");
}
