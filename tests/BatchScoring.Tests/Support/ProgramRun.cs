using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace ZooPrune.Samples.Tests;

internal sealed partial record ProgramRun
{
    private const string AssemblyName = "BatchScoring";
    private const int Interrupt = 2;

    /// <summary>Runs the program as a process whose files may not grow beyond so many blocks of 1024 bytes.</summary>
    public static ProgramRun WithFileLimit(int blocks, params string[] arguments)
    {
        // Ignoring the signal makes the system say "file too large" to the write, as it would say "disk full".
        string script = $"trap '' XFSZ; ulimit -f {blocks}; exec dotnet \"$@\"";
        ProcessStartInfo start = Redirected("bash", ["-c", script, "bash", AssemblyPath, .. arguments]);

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
            ? Redirected("env", ["--default-signal=INT", "dotnet", AssemblyPath, .. arguments])
            : Redirected("dotnet", [AssemblyPath, .. arguments]))!;
        return ToEnd(process, () =>
        {
            while (!when() && !process.HasExited)
            {
                Thread.Sleep(1);
            }

            _ = Kill(process.Id, Interrupt);
        });
    }

    private static CommandProgram Create(IAnsiConsole output, IAnsiConsole error) => new BatchProgram(output, error);

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
}
