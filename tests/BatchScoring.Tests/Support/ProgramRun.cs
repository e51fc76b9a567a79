using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ZooPrune.Samples.Tests;

/// <summary>What a run of the program gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed partial record ProgramRun(int ExitCode, string Output, string Error)
{
    private const int Interrupt = 2;

    private static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "BatchScoring.dll");

    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(params string[] arguments) => InProcess(CancellationToken.None, arguments);

    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        BatchProgram program = new(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true));
        int exitCode = program.Run(arguments, cancellation);
        return new ProgramRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts the program as a process of its own; its output is read and thrown away.</summary>
    public static Process Start(params string[] arguments)
    {
        Process process = Process.Start(Redirected("dotnet", [Assembly, .. arguments]))!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs the program as a process whose files may not grow beyond so many blocks of 1024 bytes.</summary>
    public static ProgramRun WithFileLimit(int blocks, params string[] arguments)
    {
        // Ignoring the signal makes the system say "file too large" to the write, as it would say "disk full".
        string script = $"trap '' XFSZ; ulimit -f {blocks}; exec dotnet \"$@\"";
        ProcessStartInfo start = Redirected("bash", ["-c", script, "bash", Assembly, .. arguments]);

        // Otherwise the runtime keeps compiled code in a large file in memory, which the limit would hit first.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        return ToEnd(process, () => { });
    }

    /// <summary>Runs the program as a process and sends it what Ctrl-C sends, as soon as a condition holds.</summary>
    public static ProgramRun Interrupted(Func<bool> when, params string[] arguments)
    {
        // A shell starts what it puts into the background with SIGINT ignored, and children inherit that.
        using Process process = Process.Start(OperatingSystem.IsLinux()
            ? Redirected("env", ["--default-signal=INT", "dotnet", Assembly, .. arguments])
            : Redirected("dotnet", [Assembly, .. arguments]))!;
        return ToEnd(process, () =>
        {
            while (!when() && !process.HasExited)
            {
                Thread.Sleep(1);
            }

            _ = Kill(process.Id, Interrupt);
        });
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static ProgramRun ToEnd(Process process, Action meanwhile)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        meanwhile();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output.Result, error.Result);
    }

    private static ProcessStartInfo Redirected(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
