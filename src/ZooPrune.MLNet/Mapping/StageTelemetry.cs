using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ZooPrune.MLNet;

/// <summary>What a stage tells whoever listens to the meter or the activity source "ZooPrune". While nobody listens it reads no clock and
/// allocates nothing for a row. The log of the MLContext is told too. Thread-safe but for the log. docs/metrics.md lists names, units and tags, which do not change.</summary>
internal sealed class StageTelemetry : IDisposable
{
    public const string SourceName = "ZooPrune";

    private static readonly string Version = typeof(StageTelemetry).Assembly.GetName().Version!.ToString(3);
    private static readonly Meter Meter = new(SourceName, Version);
    private static readonly ActivitySource Activities = new(SourceName, Version);

    private static readonly Counter<long> Rows =
        Meter.CreateCounter<long>("zooprune.rows", "{row}", "Rows that a stage has computed.");

    private static readonly Counter<long> Errors =
        Meter.CreateCounter<long>("zooprune.errors", "{row}", "Rows that a stage could not compute.");

    private static readonly Counter<long> TokensIn =
        Meter.CreateCounter<long>("zooprune.visual_tokens.in", "{token}", "Visual tokens of the images before pruning.");

    private static readonly Counter<long> TokensKept =
        Meter.CreateCounter<long>("zooprune.visual_tokens.kept", "{token}", "Visual tokens that the language model reads.");

    private static readonly Histogram<double> StageDuration =
        NewHistogram("zooprune.stage.duration", "Time a stage takes for a batch of rows.");

    private static readonly Histogram<double> StepDuration =
        NewHistogram("zooprune.step.duration", "Time AnswerQuestions takes for a step of a row.");

    private readonly string _stage;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly StageLog? _log;

    /// <param name="stage">The stage that tells.</param>
    public StageTelemetry(StageDefinition stage)
    {
        _stage = stage.Name;
        _log = stage.Log is { } log ? new StageLog(stage.Name, log) : null;
        var name = KeyValuePair.Create<string, object?>("zooprune.stage", stage.Name);
        _tags = stage.Options is PruningStageOptions pruning
            ? [name, new("zooprune.selection", pruning.CustomSelection?.GetType().Name ?? pruning.Selection.ToString())]
            : [name];
    }

    /// <summary>The time, to be handed to <see cref="Since"/>; 0 if nobody wants to know how long something takes.</summary>
    public static long Now() => StageDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>The time since <see cref="Now"/>; zero if nobody wanted to know.</summary>
    public static TimeSpan Since(long start) => start == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(start);

    /// <summary>Starts the activity of a batch; null if nobody listens.</summary>
    public Activity? Start(int rows)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        Activity? activity = Activities.StartActivity(_stage);
        if (activity is { IsAllDataRequested: true })
        {
            foreach ((string key, object? value) in _tags)
            {
                activity.SetTag(key, value);
            }

            activity.SetTag("zooprune.rows", rows);
        }

        return activity;
    }

    /// <summary>A batch is done.</summary>
    /// <param name="rows">Rows that could be computed.</param>
    /// <param name="failed">Rows that could not.</param>
    /// <param name="time">What all of them took; zero if that was not measured.</param>
    /// <param name="activity">From <see cref="Start"/>; not disposed here.</param>
    public void Stop(int rows, int failed, TimeSpan time, Activity? activity)
    {
        if (rows > 0)
        {
            Rows.Add(rows, _tags);
        }

        if (time > TimeSpan.Zero)
        {
            StageDuration.Record(time.TotalSeconds, _tags);
        }

        if (failed > 0)
        {
            activity?.SetStatus(ActivityStatusCode.Error, FormattableString.Invariant($"{failed} rows could not be computed"));
        }
    }

    /// <summary>A row cannot be computed.</summary>
    public void AddError(Exception exception)
    {
        if (Errors.Enabled)
        {
            Errors.Add(1, [.. _tags, new("error.type", exception.GetType().FullName)]);
        }
    }

    /// <summary>A row is read.</summary>
    public void AddRow() => _log?.AddRow();

    /// <summary>The error of a row is reported in its error column.</summary>
    public void Warn(string error) => _log?.AddError(error);

    /// <summary>A row came with something that should be known.</summary>
    public void AddNote(string? note) => _log?.AddNote(note);

    /// <summary>The pass is over.</summary>
    public void Dispose() => _log?.Dispose();

    /// <summary>An image was pruned.</summary>
    public void AddTokens(int before, int kept)
    {
        _log?.AddTokens(before, kept);
        TokensIn.Add(before, _tags);
        TokensKept.Add(kept, _tags);
    }

    /// <summary>A step of a row took some time.</summary>
    public void AddStep(string step, TimeSpan time)
    {
        if (StepDuration.Enabled && time > TimeSpan.Zero)
        {
            StepDuration.Record(time.TotalSeconds, [.. _tags, new("zooprune.step", step)]);
        }
    }

    private static Histogram<double> NewHistogram(string name, string description) => Meter.CreateHistogram(
        name,
        "s",
        description,
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });
}
