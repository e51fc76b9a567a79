using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace ZooPrune.Cli;

/// <summary>What --verbose shows: what models log, and the engine's steps with their times, a line each, after the seconds since the
/// start. Thread-safe.</summary>
internal sealed class VerboseLog : ILoggerFactory, ILogger
{
    private const string Engine = "ZooPrune.Engine";

    private readonly IAnsiConsole _error;
    private readonly Lock _lock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ActivityListener _steps;

    /// <param name="error">Standard error.</param>
    public VerboseLog(IAnsiConsole error)
    {
        _error = error;
        _steps = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Engine,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = step => Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{step.OperationName} of {step.GetTagItem("zooprune.count")}: {step.Duration.TotalMilliseconds:N1} ms")),
        };
        ActivitySource.AddActivityListener(_steps);
        Write($"zooprune {typeof(VerboseLog).Assembly.GetName().Version!.ToString(3)}, .NET {Environment.Version}, "
            + $"{Environment.ProcessorCount} processors");
    }

    /// <summary>Writes one line, or a text of several.</summary>
    public void Write(string text)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(_start).TotalSeconds,7:N3}] {text}");
        lock (_lock)
        {
            _error.Say(line);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Write(logLevel >= LogLevel.Warning ? $"Warning: {formatter(state, exception)}" : formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose() => _steps.Dispose();
}
