using System.Diagnostics;

namespace ZooPrune.Samples.Tests;

/// <summary>What a run of a program gave. Each test project adds which program: <c>Create</c> and the name of its assembly.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed partial record ProgramRun(int ExitCode, string Output, string Error)
{
    private static string AssemblyPath { get; } = Path.Combine(AppContext.BaseDirectory, AssemblyName + ".dll");

    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(params string[] arguments) => InProcess(CancellationToken.None, arguments);

    /// <summary>Runs the program inside this process.</summary>
    public static ProgramRun InProcess(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CommandProgram program = Create(Consoles.Over(output, redirected: true), Consoles.Over(error, redirected: true));
        int exitCode = program.Run(arguments, cancellation);
        return new ProgramRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts the program as a process of its own; its output is read and thrown away.</summary>
    public static Process Start(params string[] arguments)
    {
        Process process = Process.Start(Redirected("dotnet", [AssemblyPath, .. arguments]))!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs the program as a process of its own.</summary>
    public static ProgramRun AsProcess(string workingDirectory, params string[] arguments)
    {
        ProcessStartInfo start = Redirected("dotnet", [AssemblyPath, .. arguments]);
        start.WorkingDirectory = workingDirectory;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output, error.Result);
    }

    private static ProcessStartInfo Redirected(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
