using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace ZooPrune.MLNet.Tests;

/// <summary>Adds up what a meter says, by instrument and tags: sums of counters, numbers of measurements of histograms.</summary>
internal sealed class Listening : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <param name="stage">Only what this stage says: other tests run meanwhile.</param>
    public Listening(string stage)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "ZooPrune")
            {
                Units[instrument.Name] = instrument.Unit!;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (Key(instrument, tags, stage) is { } key)
            {
                _sums.AddOrUpdate(key, value, (_, sum) => sum + value);
            }
        });
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (Key(instrument, tags, stage) is { } key)
            {
                _sums.AddOrUpdate(key, 1, (_, count) => count + 1);
                _seconds.AddOrUpdate(key, value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    /// <summary>Unit of each instrument.</summary>
    public ConcurrentDictionary<string, string> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Seconds in all histograms.</summary>
    public IEnumerable<double> Seconds => _seconds.Values;

    /// <summary>One line for each instrument and set of tags: "name [key=value ...] = sum".</summary>
    public string[] Lines() =>
        [.. _sums.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} = {pair.Value}")).Order(StringComparer.Ordinal)];

    public void Dispose() => _listener.Dispose();

    private static string? Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, string stage)
    {
        KeyValuePair<string, object?>[] all = tags.ToArray();
        return all.Contains(new("zooprune.stage", stage))
            ? $"{instrument.Name} [{string.Join(' ', all.Select(tag => $"{tag.Key}={tag.Value}"))}]"
            : null;
    }
}
