using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ZooPrune.Onnx.Tests;

/// <summary>What the engine tells of itself, whoever calls it.</summary>
public sealed class EngineTelemetryTests : IDisposable
{
    private const string Source = "ZooPrune.Engine";

    private readonly TinyModel _files = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answer_Metrics_CountTokensAndTimeSteps(bool prunesByGraph)
    {
        var measured = new ConcurrentBag<(string Name, double Value, string Tags)>();
        using VisionLanguageModel model = _files.Load(new VisionLanguageModelOptions { Threads = 1, PrunesByGraph = prunesByGraph });
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Source)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        VisionAnswer answer = model.Answer(TinyModel.Image(), "what ?", new PruningOptions { Keep = KeepBudget.Tokens(2) }, maxNewTokens: 3);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // Other tests have models of other names.
            if (tags[0].Value as string == model.Name)
            {
                measured.Add((instrument.Name, value, string.Join(" ", tags[1..].ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
            }
        }

        Assert.Equal(
            [
                ("zooprune.engine.answers", 1, $"zooprune.finish_reason={(answer.FinishReason == FinishReason.Stop ? "stop" : "length")}"),
                ("zooprune.engine.tokens", answer.TokenIds.Count, "zooprune.state=generated"),
                ("zooprune.engine.tokens", answer.PromptTokenCount, "zooprune.state=prompt"),
                ("zooprune.engine.visual_tokens", 4, "zooprune.state=before"),
                ("zooprune.engine.visual_tokens", 2, "zooprune.state=kept"),
            ],
            measured.Where(entry => entry.Name != "zooprune.engine.duration").OrderBy(entry => (entry.Name, entry.Tags)));
        Assert.Equal(
            ["zooprune.step=decode", "zooprune.step=encode", "zooprune.step=prefill", "zooprune.step=prune"],
            measured.Where(entry => entry.Name == "zooprune.engine.duration").Select(entry => entry.Tags).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Answer_Activities_AreOneAStep()
    {
        var stopped = new ConcurrentBag<string>();
        using VisionLanguageModel model = _files.Load();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("zooprune.model") as string == model.Name)
                {
                    stopped.Add($"{activity.OperationName} {activity.GetTagItem("zooprune.count")}");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        model.Answer([TinyModel.Image(1), TinyModel.Image(2)], "what ?");

        Assert.Equal(["answer 1", "encode 2", "prune 1", "prune 1"], stopped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_Logger_IsToldWhatIsLoadedAndWhatIsUnusual()
    {
        var lines = new ConcurrentQueue<(LogLevel Level, string Text)>();
        using var factory = new Lines(lines);
        using VisionLanguageModel model = _files.Load(
            new VisionLanguageModelOptions { LoggerFactory = factory, Device = Device.Provider("rocket") with { AllowFallback = true } });

        model.Answer(TinyModel.Image(), "what ?");

        Assert.Contains(lines, line => line.Level == LogLevel.Information && line.Text.StartsWith($"Model {model.Name} (llava) loaded on cpu in "));
        Assert.Contains(lines, line => line.Level == LogLevel.Warning && line.Text.StartsWith($"Model {model.Name} runs on the CPU: Device 'rocket'"));
        Assert.Contains(lines, line => line.Level == LogLevel.Debug && line.Text.StartsWith("Read ") && line.Text.Contains("visual; generated"));
    }

    public void Dispose() => _files.Dispose();

    private sealed class Lines(ConcurrentQueue<(LogLevel Level, string Text)> lines) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
