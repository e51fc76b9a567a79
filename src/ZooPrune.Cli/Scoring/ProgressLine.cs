using System.Diagnostics;
using Spectre.Console;

namespace ZooPrune.Cli;

/// <summary>Says on standard error how far a run is: a line that is rewritten on a terminal, a line now and then anywhere else.</summary>
internal sealed class ProgressLine
{
    private static readonly TimeSpan Rewritten = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Repeated = TimeSpan.FromSeconds(5);

    private readonly TextWriter _writer;
    private readonly bool _isTerminal;
    private readonly Progress _start;
    private readonly long _inputLength;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _next;

    /// <param name="console">Standard error.</param>
    /// <param name="start">How far the run was when it was begun or resumed.</param>
    /// <param name="inputLength">Bytes of the input.</param>
    public ProgressLine(IAnsiConsole console, Progress start, long inputLength)
    {
        _writer = console.Profile.Out.Writer;
        _isTerminal = console.Profile.Capabilities is { Interactive: true, Ansi: true };
        _start = start;
        _inputLength = inputLength;
        _next = Interval;
    }

    private TimeSpan Interval => _isTerminal ? Rewritten : Repeated;

    /// <summary>Writes a line if it is time for one.</summary>
    public void Report(Progress now)
    {
        if (_clock.Elapsed < _next)
        {
            return;
        }

        _next = _clock.Elapsed + Interval;
        string text = Describe(_start, now, _inputLength, _clock.Elapsed);
        _writer.Write(_isTerminal ? $"\r\e[K{text}" : text + Environment.NewLine);
        _writer.Flush();
    }

    /// <summary>Ends the line on a terminal.</summary>
    public void End()
    {
        if (_isTerminal && _next > Interval)
        {
            _writer.WriteLine();
        }
    }

    /// <summary>Rows a second since the start.</summary>
    public double RowsPerSecond(Progress now) => (now.Rows - _start.Rows) / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);

    /// <summary>The text of the line. The time to go follows from the input's bytes: its rows have not been counted.</summary>
    /// <param name="start">How far the run was in the beginning.</param>
    /// <param name="now">How far it is.</param>
    /// <param name="inputLength">Bytes of the input.</param>
    /// <param name="elapsed">Time between the two.</param>
    public static string Describe(Progress start, Progress now, long inputLength, TimeSpan elapsed)
    {
        double rate = (now.Rows - start.Rows) / elapsed.TotalSeconds;
        long done = now.InputOffset - start.InputOffset;
        string left = done > 0
            ? $"about {Duration(elapsed * ((double)(inputLength - now.InputOffset) / done))} to go"
            : "time to go unknown";
        return FormattableString.Invariant(
            $"{now.Rows:N0} rows, {100.0 * now.InputOffset / Math.Max(1, inputLength):N1} %, {rate:N1} rows/s, {left}, ")
            + FormattableString.Invariant($"{100 * now.Saved:N1} % of visual tokens saved, {now.Failed:N0} rows failed");
    }

    private static string Duration(TimeSpan time) =>
        time.TotalHours >= 1 ? FormattableString.Invariant($"{Math.Floor(time.TotalHours):N0} h {time.Minutes} min")
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{Math.Ceiling(time.TotalSeconds)} s";
}
