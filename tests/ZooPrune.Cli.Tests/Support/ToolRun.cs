using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>What a run of the tool gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed partial record ToolRun(int ExitCode, string Output, string Errors)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "zooprune.dll");

    /// <summary>Standard error without the lines that say that time passes, which a busy machine adds.</summary>
    public string Error { get; } = string.Concat(
        Errors.Split('\n').Where(line => !line.TrimEnd().EndsWith(" s so far", StringComparison.Ordinal)).Select(line => line.Length > 0 ? line + "\n" : ""));

    /// <summary>Standard output, which must be one JSON document and nothing else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs the tool inside this process.</summary>
    public static ToolRun InProcess(params string[] arguments) => InProcess(CancellationToken.None, arguments);

    /// <summary>Runs the tool inside this process.</summary>
    public static ToolRun InProcess(CancellationToken cancellation, params string[] arguments) => InProcess(arguments, [], null, cancellation);

    /// <summary>Runs the tool inside this process, with something piped in.</summary>
    public static ToolRun WithInput(byte[] input, params string[] arguments) => InProcess(arguments, input, null, CancellationToken.None);

    /// <summary>Runs the tool inside this process, on a terminal of 80 columns without colours.</summary>
    public static ToolRun In80Columns(params string[] arguments) => InProcess(arguments, [], 80, CancellationToken.None);

    private static ToolRun InProcess(string[] arguments, byte[] input, int? width, CancellationToken cancellation)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Spectre.Console.IAnsiConsole console = Consoles.Over(output, true);
        console.Profile.Width = width ?? console.Profile.Width;
        var program = new ToolProgram(console, Consoles.Over(error, true), new StandardInput(() => new MemoryStream(input), isTerminal: false));
        return new ToolRun(program.Run(arguments, cancellation), output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool as a process of its own, in the root of the repository.</summary>
    public static ToolRun AsProcess(params string[] arguments)
    {
        using Process process = Process.Start(Redirected("dotnet", [Program, .. arguments]))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output, error.Result);
    }

    /// <summary>Runs the tool as a process and sends it what Ctrl-C sends, when it has written a line to standard error.</summary>
    public static ToolRun Interrupted(params string[] arguments)
    {
        // A shell starts what it puts into the background with SIGINT ignored, and children inherit that.
        ProcessStartInfo start = OperatingSystem.IsLinux()
            ? Redirected("env", ["--default-signal=INT", "dotnet", Program, .. arguments])
            : Redirected("dotnet", [Program, .. arguments]);
        start.RedirectStandardInput = true;
        using Process process = Process.Start(start)!;
        string first = process.StandardError.ReadLine() + "\n";
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        kill.WaitForExit();
        string rest = process.StandardError.ReadToEnd();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output, first + rest);
    }

    /// <summary>Starts the tool as a process of its own; its output is read and thrown away.</summary>
    /// <param name="environment">Environment variables that it gets besides.</param>
    /// <param name="arguments">The command line.</param>
    public static Process Start(IEnumerable<(string Name, string Value)> environment, params string[] arguments)
    {
        ProcessStartInfo start = Redirected("dotnet", [Program, .. arguments]);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs the tool as a process whose files may not grow beyond so many blocks of 1024 bytes.</summary>
    public static ToolRun WithFileLimit(int blocks, params string[] arguments)
    {
        // Ignoring the signal makes the system say "file too large" to the write, as it would say "disk full".
        string script = $"trap '' XFSZ; ulimit -f {blocks}; exec dotnet \"$@\"";
        ProcessStartInfo start = Redirected("bash", ["-c", script, "bash", Program, .. arguments]);

        // Otherwise the runtime keeps compiled code in a large file in memory, which the limit would hit first.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        return ToEnd(process, () => { });
    }

    /// <summary>Runs the tool as a process and sends it a signal as soon as a condition holds.</summary>
    public static ToolRun Signalled(PosixSignal signal, Func<bool> when, params string[] arguments)
    {
        // A shell starts what it puts into the background with SIGINT ignored, and children inherit that.
        using Process process = Process.Start(OperatingSystem.IsLinux()
            ? Redirected("env", ["--default-signal=INT,TERM,HUP", "dotnet", Program, .. arguments])
            : Redirected("dotnet", [Program, .. arguments]))!;
        return ToEnd(process, () =>
        {
            while (!when() && !process.HasExited)
            {
                Thread.Sleep(1);
            }

            _ = Kill(process.Id, signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGHUP => 1, _ => 15 });
        });
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static ToolRun ToEnd(Process process, Action meanwhile)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        meanwhile();
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output.Result, error.Result);
    }

    private static ProcessStartInfo Redirected(string program, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = Repository.Root,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}

/// <summary>The keys of a JSON document and the kinds of their values: what a program that reads it relies on.</summary>
internal static class JsonShape
{
    /// <summary>One line a key, in their order; of a list its first element.</summary>
    public static string Of(JsonElement element) => string.Join('\n', Lines("", element));

    private static IEnumerable<string> Lines(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Lines($"{path}.{property.Name}", property.Value)),
        JsonValueKind.Array when element.GetArrayLength() > 0 => Lines($"{path}[]", element[0]),
        JsonValueKind.Array => [$"{path}[]"],
        JsonValueKind.True or JsonValueKind.False => [$"{path}: boolean"],
        var kind => [$"{path}: {kind.ToString().ToLowerInvariant()}"],
    };
}
