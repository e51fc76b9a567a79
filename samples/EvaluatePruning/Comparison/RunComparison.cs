using System.Globalization;

namespace ZooPrune.Samples;

/// <summary>
/// Several runs of the same settings side by side, such as three trainings of one model: of every figure the mean and the range over the
/// runs, and how often a method was not behind the two that keep diverse tokens.
/// </summary>
internal sealed class RunComparison
{
    private static readonly string[] Bars = ["zooprune", "divprune"];

    private readonly IReadOnlyList<ReportedRun> _runs;
    private readonly IReadOnlyList<string> _methods;
    private readonly Dictionary<(string Method, (string?, string?) Place), double[]> _accuracies = [];

    /// <summary>Joins runs.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="methods">The methods that are wanted; null = all.</param>
    /// <exception cref="UsageException">They do not measure the same, or one lacks a setting that another has.</exception>
    public RunComparison(IReadOnlyList<ReportedRun> runs, IReadOnlyList<string>? methods)
    {
        _runs = runs;
        ReportedRun first = runs[0];
        foreach (ReportedRun other in runs.Skip(1))
        {
            CheckSame(first, other, "measure", run => run.Measure);
            CheckSame(first, other, "number of questions", run => run.Questions.ToString(CultureInfo.InvariantCulture));
            CheckSame(first, other, "number of visual tokens", run => run.VisualTokens.ToString(CultureInfo.InvariantCulture));
        }

        _methods = [.. first.Settings.Skip(1).Select(setting => setting.Method).Distinct().Where(name => methods?.Contains(name) ?? true)];
        if (methods?.FirstOrDefault(name => !_methods.Contains(name)) is { } missing)
        {
            throw Throw.ReportLacks(first.Location, missing);
        }

        foreach (ReportedSetting setting in first.Settings.Skip(1).Where(setting => _methods.Contains(setting.Method)))
        {
            _accuracies[(setting.Method, setting.Place)] = [.. runs.Select(run => Accuracy(run, setting))];
        }
    }

    /// <summary>A table of accuracies for each position mode, the differences to both bars, and who is ahead where.</summary>
    public IReadOnlyList<TextTable> Tables()
    {
        List<TextTable> tables = [];
        foreach (string positions in Modes())
        {
            string all = Cell([.. _runs.Select(run => run.Full.Accuracy)]);
            tables.Add(Matrix(
                $"{_runs[0].Measure} in %, {OverRuns}, positions {positions}; all tokens: {all}",
                positions,
                _methods,
                (method, place) => Cell(_accuracies[(method, place)])));
            foreach (string bar in BarsThere())
            {
                tables.Add(Matrix(
                    $"Points more than {bar}, {OverRuns}, positions {positions}",
                    positions,
                    _methods.Where(method => method != bar),
                    (method, place) => Cell(Differences(method, bar, place), "+0.0;-0.0;0.0")));
            }
        }

        if (BarsThere().Any())
        {
            tables.Add(NotBehind());
        }

        return tables;
    }

    /// <summary>One chart a position mode.</summary>
    public IEnumerable<(string Positions, LineChart Chart)> Charts()
    {
        foreach (string positions in Modes())
        {
            string models = string.Join(", ", _runs.Select(run => run.ModelName).Distinct());
            string asked = string.Create(
                CultureInfo.InvariantCulture, $"{_runs[0].Questions:N0} questions about {_runs[0].Images:N0} images");
            yield return (positions, AccuracyChart.Of(
                _runs[0].Measure,
                $"{models}; {asked} each, positions {positions}",
                $"Bands: lowest to highest of {_runs.Count} runs.",
                _runs[0].VisualTokens,
                PointOf(_runs[0].VisualTokens, [.. _runs.Select(run => run.Full.Accuracy)]),
                _methods.Select(method => (method, Settings(positions).Select(setting =>
                    PointOf(setting.KeptTokens, _accuracies[(method, setting.Place)]))))));
        }
    }

    private string OverRuns => _runs.Count == 1 ? "1 run" : $"mean of {_runs.Count} runs [lowest, highest]";

    private IEnumerable<string> Modes() => _runs[0].Settings.Skip(1).Select(setting => setting.Positions!).Distinct();

    private IEnumerable<string> BarsThere() => Bars.Where(_methods.Contains);

    /// <summary>One setting a budget, whatever its method.</summary>
    private IEnumerable<ReportedSetting> Settings(string positions) =>
        _runs[0].Settings.Skip(1).Where(setting => setting.Positions == positions).DistinctBy(setting => setting.Keep);

    private double[] Differences(string method, string bar, (string?, string?) place) =>
        [.. _accuracies[(method, place)].Zip(_accuracies[(bar, place)], (own, other) => own - other)];

    private TextTable Matrix(
        string title, string positions, IEnumerable<string> methods, Func<string, (string?, string?), string> cell)
    {
        ReportedSetting[] places = [.. Settings(positions)];
        return new TextTable(
            title,
            ["method", .. places.Select(place => $"keep {place.Keep}")],
            [.. methods.Select(method => (string[])[method, .. places.Select(place => cell(method, place.Place))])]);
    }

    private TextTable NotBehind()
    {
        (string?, string?)[] places = [.. Modes().SelectMany(Settings).Select(setting => setting.Place)];
        string[] bars = [.. BarsThere()];
        return new TextTable(
            $"Settings in which a method is not behind, of {places.Length * _runs.Count} ({places.Length} budgets and positions, "
                + $"{_runs.Count} runs)",
            ["method", .. bars.Select(bar => $"not behind {bar}"), .. bars.Length > 1 ? (string[])["not behind either"] : []],
            [
                .. _methods.Select(method => (string[])
                [
                    method,
                    .. bars.Select(bar => Count(method, [bar])),
                    .. bars.Length > 1 ? (string[])[Count(method, bars)] : [],
                ]),
            ]);

        string Count(string method, string[] others) => places
            .Sum(place => Enumerable.Range(0, _runs.Count).Count(run => others.All(bar => Differences(method, bar, place)[run] >= 0)))
            .ToString(CultureInfo.InvariantCulture);
    }

    private double Accuracy(ReportedRun run, ReportedSetting setting) => run.Settings
        .FirstOrDefault(other => other.Method == setting.Method && other.Place == setting.Place)?.Accuracy
        ?? throw Throw.ReportLacks(run.Location, $"{setting.Method} with --keep {setting.Keep} and --positions {setting.Positions}");

    private static void CheckSame(ReportedRun first, ReportedRun other, string what, Func<ReportedRun, string> value)
    {
        if (value(first) != value(other))
        {
            throw Throw.ReportsDiffer(first.Location, other.Location, what, value(first), value(other));
        }
    }

    private static ChartPoint PointOf(int kept, double[] accuracies) =>
        new(kept, accuracies.Average(), accuracies.Length > 1 ? (accuracies.Min(), accuracies.Max()) : null);

    private static string Cell(double[] values, string format = "F1")
    {
        string mean = Text(values.Average());
        return values.Length == 1 ? mean : $"{mean} [{Text(values.Min())}, {Text(values.Max())}]";

        string Text(double value) => (100 * value).ToString(format, CultureInfo.InvariantCulture);
    }
}
