using System.Diagnostics;

namespace ZooPrune.Cli.Tests;

/// <summary>Other programs: those that a test starts, and what Linux says about those that run.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Whether a program is on the PATH, or where only an administrator has it.</summary>
    public static bool AreThere(string name) => Find(name) is not null;

    /// <summary>Starts a program whose output goes to somebody line by line.</summary>
    public static Process Start(
        string program, IEnumerable<(string Name, string Value)> environment, IEnumerable<string> arguments, Action<string> onLine)
    {
        var process = new Process { StartInfo = NewStart(program, environment, arguments) };
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void OnLine(string? line)
        {
            if (line is not null)
            {
                onLine(line);
            }
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int Code, string Output, string Error) Run(
        string program, IEnumerable<(string Name, string Value)> environment, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(NewStart(program, environment, arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Waits until something is so; fails where it takes too long.</summary>
    /// <param name="isSo">Asks whether it is.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="state">What else the failure says; null = nothing.</param>
    public static void Until(Func<bool> isSo, string what, Func<string>? state = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                Assert.Fail($"Waited in vain for {what}.\n{state?.Invoke()}");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Processes with a text in their command line, words separated by blanks.</summary>
    public static IEnumerable<int> Running(string text) =>
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), out int number) ? number : 0
        where id > 0 && Read(id, "cmdline").Replace('\0', ' ').Contains(text, StringComparison.Ordinal)
        select id;

    /// <summary>An environment variable that a process was started with; null without.</summary>
    public static string? VariableOf(int process, string name) => Array.Find(
        Read(process, "environ").Split('\0'), one => one.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>Ends a process with SIGKILL.</summary>
    public static void Kill(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            running.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has just ended.
        }
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It has just ended.
        }
    }

    private static string? Find(string name) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':')
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static ProcessStartInfo NewStart(
        string program, IEnumerable<(string Name, string Value)> environment, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Find(program) ?? program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
