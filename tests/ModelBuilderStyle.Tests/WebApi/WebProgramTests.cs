using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ZooPrune.Samples.Tests;

public sealed class WebProgramTests
{
    [Fact]
    public void Run_Help_ListsOptionsAndExits()
    {
        var (code, output, error) = Run(CancellationToken.None, "--help");

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.All(
            ["--port", "--address", "--model", "--workers", "--queue", "--exif-orientation", "--max-image-pixels"],
            option => Assert.Contains(option, output));
    }

    [Fact]
    public async Task Run_UntilStopped_ServesOnThisMachineOnly()
    {
        await ServeAsync([], async client =>
        {
            Assert.Equal("127.0.0.1", client.BaseAddress!.Host);
            Assert.Equal("Healthy", await client.GetStringAsync("health"));
        });
    }

    [Fact]
    public async Task Run_ImageSwitches_TurnThePictureAndLimitIt()
    {
        await ServeAsync(["--exif-orientation", "--max-image-pixels", "112896"], async client =>
        {
            JsonElement answer = await TestServer.AskAsync(
                client, TestServer.Form("Where is the red circle?", image: File.ReadAllBytes(HeldOut.TurnedPicture)));
            Assert.Equal("bottom left", answer.GetProperty("unpruned").GetProperty("answer").GetString());

            using HttpResponseMessage refused = await client.PostAsync("api/answers", TestServer.Form(image: TestPng.Create(336, 337)));
            await TestServer.AssertRefusedAsync(
                refused,
                HttpStatusCode.BadRequest,
                "The picture cannot be read",
                "It has 336 x 337 = 113,232 pixels. At most 112,896 are decoded; "
                + "make the image smaller or raise VisionLanguageModelOptions.MaxImagePixels (--max-image-pixels).");
        });
    }

    [Fact]
    public void Run_PortInUse_SaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (code, _, error) = Run(CancellationToken.None, "--port", $"{port}", "--model", TestModel.Folder);

        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith($"ShapesVqa: nothing can listen at 127.0.0.1, port {port}: ", error);
        Assert.EndsWith(
            "Expected an address of this machine and a free port; choose others with --address and --port, or 0 for any port.",
            error.Trim());
    }

    [Theory]
    [InlineData("ShapesVqa: the option --port is '70000'. Expected a port, 0 to 65535; correct it.", "--port", "70000")]
    [InlineData(
        "ShapesVqa: the option --address is 'here'. Expected an IP address of this machine (127.0.0.1, 0.0.0.0, ::1); correct it.",
        "--address", "here")]
    [InlineData("ShapesVqa: the option --workers is '0'. Expected a whole number of at least 1; correct it.", "--workers", "0")]
    [InlineData(
        "ShapesVqa: the model folder 'nowhere' does not exist. Expected a folder with config.json and onnx/*.onnx; correct --model.",
        "--model", "nowhere")]
    public void Run_BadOptions_SaysWhatIsNeeded(string message, params string[] arguments)
    {
        var (code, _, error) = Run(CancellationToken.None, arguments);

        Assert.Equal((ExitCode.BadInput, message), (code, error.Trim()));
    }

    /// <summary>Runs the program until <paramref name="use"/> is done.</summary>
    private static async Task ServeAsync(string[] arguments, Func<HttpClient, Task> use)
    {
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter();
        var program = new WebProgram(Consoles.Over(output, redirected: true), Consoles.Over(TextWriter.Null, redirected: true));
        Task<int> run = Task.Run(() => program.Run(["--port", "0", "--model", TestModel.Folder, .. arguments], stop.Token));
        while (!output.ToString().Contains('\n') && !run.IsCompleted)
        {
            await Task.Delay(20);
        }

        using var client = new HttpClient { BaseAddress = new Uri(output.ToString().Split(' ')[2]) };
        await use(client);

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await run);
    }

    private static (int Code, string Output, string Error) Run(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = new WebProgram(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true))
            .Run(arguments, cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
