using System.Diagnostics;

namespace ZooPrune.Samples.Tests;

/// <summary>What a run of the program gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(params string[] arguments) => InProcess(CancellationToken.None, arguments);

    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        EvaluateProgram program = new(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true));
        int exitCode = program.Run(arguments, cancellation);
        return new ProgramRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts the program as a process of its own; its output is thrown away.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "EvaluatePruning.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
