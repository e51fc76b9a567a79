using System.Globalization;
using ZooPrune.Onnx;

namespace ZooPrune.Studies;

/// <summary>What was found out so far, kept on disk so that an interrupted run goes on where it stopped. Thread-safe.</summary>
internal sealed class OutcomeFile : IDisposable
{
    private readonly Dictionary<(string Image, RuleSetting Setting), RuleOutcome> _known = [];
    private readonly StreamWriter? _writer;

    /// <param name="path">The file, appended to; null keeps everything in memory only.</param>
    public OutcomeFile(string? path)
    {
        if (path is null)
        {
            return;
        }

        foreach (string line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            // A line that was cut off by an interruption lacks fields.
            if (line.Split('\t') is [string image, string rule, string keep, string positions, string exact, string counts, "."])
            {
                RuleSetting setting = new(rule, Number(keep), Enum.Parse<PositionMode>(positions));
                _known[(image, setting)] = new RuleOutcome(Number(exact), Number(counts));
            }
        }

        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    /// <summary>What is known about an image in a setting; null if nothing.</summary>
    public RuleOutcome? Find(string image, RuleSetting setting)
    {
        lock (_known)
        {
            return _known.TryGetValue((image, setting), out RuleOutcome outcome) ? outcome : null;
        }
    }

    /// <summary>Adds what was found out.</summary>
    public void Add(string image, RuleSetting setting, RuleOutcome outcome)
    {
        lock (_known)
        {
            _known[(image, setting)] = outcome;
            _writer?.WriteLine($"{image}\t{setting.Rule}\t{setting.Keep}\t{setting.Positions}\t{outcome.Exact}\t{outcome.ExactCounts}\t.");
        }
    }

    public void Dispose() => _writer?.Dispose();

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
