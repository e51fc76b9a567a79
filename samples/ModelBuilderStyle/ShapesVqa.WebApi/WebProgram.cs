using System.CommandLine;
using System.Net;
using Spectre.Console;

namespace ZooPrune.Samples;

/// <summary>Serves the page and its API until Ctrl-C.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class WebProgram(IAnsiConsole output, IAnsiConsole error) : CommandProgram(output, error)
{
    private static readonly Option<string?> Port = TextOption.Create(
        "--port", "N", $"Port to listen at; 0 takes any that is free. Default: {ServerOptions.DefaultPort}.");
    private static readonly Option<string?> Address = TextOption.Create(
        "--address",
        "IP",
        "Address to listen at. Default: 127.0.0.1, which only this machine reaches; there is no login, so think before giving another.");
    private static readonly Option<string?> Model = TextOption.Create(
        "--model", "FOLDER", "Model folder. Default: models/shapes-vlm.");
    private static readonly Option<string?> Workers = TextOption.Create(
        "--workers", "N", "Questions answered at once. Default: one for each processor.");
    private static readonly Option<string?> Queue = TextOption.Create(
        "--queue", "N", $"Questions that may wait; further ones are turned away. Default: {ServerOptions.DefaultQueue}.");
    private static readonly Option<string?> MaxImagePixels = ImageSwitches.MaxImagePixels(ServerOptions.DefaultMaxImagePixels);

    public static int Main(string[] arguments) => RunOnConsole(arguments, (output, error) => new WebProgram(output, error));

    protected override RootCommand CreateCommand() => new(
        "Serves one page that asks pictures: pick one, ask, slide the budget, "
        + "and see the answer, the visual tokens that were kept and the time.")
    {
        Port, Address, Model, Workers, Queue, ImageSwitches.ExifOrientation, MaxImagePixels,
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
            ModelFolder = ModelLocation.Find(TextOption.Value(line, Model)),
            ApplyExifOrientation = line.GetValue(ImageSwitches.ExifOrientation),
        };
        if (TextOption.Value(line, Port) is { } port)
        {
            int number = WholeNumber.Parse(Port.Name, port, atLeast: 0);
            options = number <= IPEndPoint.MaxPort
                ? options with { Port = number }
                : throw Throw.BadOption(Port.Name, port, $"a port, 0 to {IPEndPoint.MaxPort}", "correct it");
        }

        if (TextOption.Value(line, Address) is { } address)
        {
            options = IPAddress.TryParse(address, out IPAddress? parsed)
                ? options with { Address = parsed }
                : throw Throw.BadOption(Address.Name, address, "an IP address of this machine (127.0.0.1, 0.0.0.0, ::1)", "correct it");
        }

        if (TextOption.Value(line, Workers) is { } workers)
        {
            options = options with { Workers = WholeNumber.Parse(Workers.Name, workers, atLeast: 1) };
        }

        if (TextOption.Value(line, Queue) is { } queue)
        {
            options = options with { Queue = WholeNumber.Parse(Queue.Name, queue, atLeast: 0) };
        }

        return TextOption.Value(line, MaxImagePixels) is { } pixels
            ? options with { MaxImagePixels = WholeNumber.Parse(MaxImagePixels.Name, pixels, atLeast: 1) }
            : options;
    }
}
