using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ZooPrune.Onnx.Engine;

/// <summary>What the engine tells whoever listens to the meter or the activity source "ZooPrune.Engine", or gives a logger: the same for
/// every program, whatever it calls the engine through. Nobody listening, it allocates nothing. Thread-safe. docs/metrics.md lists names,
/// units and tags, which do not change.</summary>
internal sealed class EngineTelemetry(string model, ILogger logger)
{
    public const string SourceName = "ZooPrune.Engine";

    private static readonly string Version = typeof(EngineTelemetry).Assembly.GetName().Version!.ToString(3);
    private static readonly Meter Meter = new(SourceName, Version);
    private static readonly ActivitySource Activities = new(SourceName, Version);

    private static readonly Counter<long> Answers =
        Meter.CreateCounter<long>("zooprune.engine.answers", "{answer}", "Answers that were generated to their end.");

    private static readonly Counter<long> Tokens =
        Meter.CreateCounter<long>("zooprune.engine.tokens", "{token}", "Tokens that the language model read or generated.");

    private static readonly Counter<long> VisualTokens =
        Meter.CreateCounter<long>("zooprune.engine.visual_tokens", "{token}", "Visual tokens of images before and after pruning.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "zooprune.engine.duration",
        "s",
        "Time of a step: an image's share of encoding, pruning an image, an answer's prefill and decoding.",
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });

    private static readonly Action<ILogger, string, string, string, double, Exception?> LogLoaded =
        LoggerMessage.Define<string, string, string, double>(
            LogLevel.Information, new EventId(1, "ModelLoaded"), "Model {Model} ({ModelType}) loaded on {Device} in {Milliseconds:F0} ms");

    private static readonly Action<ILogger, string, string, Exception?> LogFallback = LoggerMessage.Define<string, string>(
        LogLevel.Warning, new EventId(2, "DeviceFallback"), "Model {Model} {Note}");

    private static readonly Action<ILogger, string, string, Exception?> LogAllLogits = LoggerMessage.Define<string, string>(
        LogLevel.Information, new EventId(3, "AllLogits"), "Model {Model} computes the logits of every prompt token: {Reason}");

    private static readonly Action<ILogger, int, int, int, FinishReason, double, double, Exception?> LogAnswer =
        LoggerMessage.Define<int, int, int, FinishReason, double, double>(
            LogLevel.Debug,
            new EventId(4, "Answered"),
            "Read {PromptTokens} tokens, {KeptTokens} of them visual; generated {Tokens} ({FinishReason}); prefill {PrefillMilliseconds:F1} "
                + "ms, decode {DecodeMilliseconds:F1} ms");

    private readonly KeyValuePair<string, object?> _model = new("zooprune.model", model);

    /// <summary>A model is loaded.</summary>
    public void Loaded(string modelType, Device device, TimeSpan time, string? fallback, string? whyAllLogits)
    {
        LogLoaded(logger, model, modelType, fallback is null ? $"{device}" : "cpu", time.TotalMilliseconds, null);
        if (fallback is not null)
        {
            LogFallback(logger, model, fallback, null);
        }

        if (whyAllLogits is not null)
        {
            LogAllLogits(logger, model, whyAllLogits, null);
        }
    }

    /// <summary>Starts an activity; null if nobody listens.</summary>
    /// <param name="name">What begins.</param>
    /// <param name="count">Images or answers.</param>
    public Activity? Start(string name, int count)
    {
        Activity? activity = Activities.StartActivity(name);
        activity?.SetTag(_model.Key, _model.Value);
        activity?.SetTag("zooprune.count", count);
        return activity;
    }

    /// <summary>An image was encoded.</summary>
    public void Encoded(TimeSpan time) => AddStep("encode", time);

    /// <summary>An image was pruned.</summary>
    public void Pruned(PrunedImage image)
    {
        AddStep("prune", image.Timings.Prune);
        VisualTokens.Add(image.VisualTokenCount, _model, new("zooprune.state", "before"));
        VisualTokens.Add(image.KeptTokenCount, _model, new("zooprune.state", "kept"));
    }

    /// <summary>An answer is there.</summary>
    public void Answered(VisionAnswer answer)
    {
        AddStep("prefill", answer.Timings.Prefill);
        AddStep("decode", answer.Timings.Decode);
        Tokens.Add(answer.PromptTokenCount, _model, new("zooprune.state", "prompt"));
        Tokens.Add(answer.TokenIds.Count, _model, new("zooprune.state", "generated"));
        Answers.Add(1, _model, new("zooprune.finish_reason", answer.FinishReason == FinishReason.Stop ? "stop" : "length"));
        LogAnswer(
            logger,
            answer.PromptTokenCount,
            answer.KeptTokenCount,
            answer.TokenIds.Count,
            answer.FinishReason,
            answer.Timings.Prefill.TotalMilliseconds,
            answer.Timings.Decode.TotalMilliseconds,
            null);
    }

    private void AddStep(string step, TimeSpan time)
    {
        if (Duration.Enabled)
        {
            Duration.Record(time.TotalSeconds, _model, new("zooprune.step", step));
        }
    }
}
