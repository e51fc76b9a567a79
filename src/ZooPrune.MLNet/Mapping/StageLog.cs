using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ZooPrune.MLNet;

/// <summary>What one pass over rows tells the log of its MLContext: the first errors and notes as warnings, and at the end a summary. Not
/// thread-safe; every cursor has its own.</summary>
/// <param name="stage">Name of the stage.</param>
/// <param name="log">The context's log.</param>
internal sealed class StageLog(string stage, IChannelProvider log) : IDisposable
{
    /// <summary>Warnings of a pass beyond which errors are only counted and notes left to their column.</summary>
    public const int MostWarnings = 10;

    private readonly HashSet<string> _notes = [];
    private IChannel? _channel;
    private long _start;
    private long _rows;
    private long _errors;
    private long _tokens;
    private long _kept;

    /// <summary>The log of the context that a catalog belongs to; null in a version of ML.NET that keeps it elsewhere.</summary>
    public static IChannelProvider? Of(TransformsCatalog catalog)
    {
        try
        {
            return EnvironmentOf(catalog);
        }
        catch (MissingMethodException)
        {
            return null;
        }
    }

    /// <summary>A row is read.</summary>
    public void AddRow()
    {
        if (_rows++ == 0)
        {
            _start = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The error of a row is reported.</summary>
    public void AddError(string error)
    {
        _errors++;
        if (_errors <= MostWarnings)
        {
            Channel.Warning(MessageSensitivity.UserData, error);
        }

        if (_errors == MostWarnings)
        {
            Channel.Warning(MessageSensitivity.None, $"{stage}: further rows with errors are only counted; their column says why.");
        }
    }

    /// <summary>A row came with something that should be known. The same note is told once.</summary>
    public void AddNote(string? note)
    {
        if (!string.IsNullOrEmpty(note) && _notes.Count < MostWarnings && _notes.Add(note))
        {
            Channel.Warning(MessageSensitivity.UserData, $"{stage}: {note}");
        }
    }

    /// <summary>An image was pruned.</summary>
    public void AddTokens(int before, int kept)
    {
        _tokens += before;
        _kept += kept;
    }

    /// <summary>Tells what the pass came to.</summary>
    public void Dispose()
    {
        if (_rows > 0)
        {
            double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            string errors = _errors == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {_errors:N0} with errors");
            string tokens = _tokens == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"; {_kept:N0} of {_tokens:N0} visual tokens kept");
            Channel.Info(
                MessageSensitivity.None,
                string.Create(CultureInfo.InvariantCulture, $"{stage}: {_rows:N0} rows in {seconds:N1} s{errors}{tokens}."));
        }

        _rows = 0;
        _channel?.Dispose();
        _channel = null;
    }

    private IChannel Channel => _channel ??= log.Start("ZooPrune");

    // ML.NET has no public way from a catalog to its context; the interface with this property is internal.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Microsoft.ML.Data.IInternalCatalog.get_Environment")]
    private static extern IHostEnvironment EnvironmentOf(TransformsCatalog catalog);
}
