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
            if (Parse(line) is var (image, setting, outcome))
            {
                _known[(image, setting)] = outcome;
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

    /// <summary>What a line says; null for one that was cut off by an interruption.</summary>
    private static (string Image, RuleSetting Setting, RuleOutcome Outcome)? Parse(string line) =>
        line.Split('\t') is [string image, string rule, string keep, string positions, string exact, string counts, "."]
            && int.TryParse(keep, CultureInfo.InvariantCulture, out int kept)
            && Enum.TryParse(positions, out PositionMode mode)
            && int.TryParse(exact, CultureInfo.InvariantCulture, out int exactAnswers)
            && int.TryParse(counts, CultureInfo.InvariantCulture, out int exactCounts)
            ? (image, new RuleSetting(rule, kept, mode), new RuleOutcome(exactAnswers, exactCounts))
            : null;
}
