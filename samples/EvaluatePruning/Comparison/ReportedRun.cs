using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>An evaluation as its JSON report has it.</summary>
/// <param name="Model">The model folder.</param>
/// <param name="VisualTokens">N, the visual tokens of one image.</param>
/// <param name="Measure">What accuracy means.</param>
/// <param name="Images">Images that were answered about.</param>
/// <param name="Questions">Questions about them.</param>
/// <param name="Settings">All tokens first.</param>
internal sealed record ReportedRun(
    string Model, int VisualTokens, string Measure, int Images, int Questions, IReadOnlyList<ReportedSetting> Settings)
{
    private const int MostBytes = 1 << 28;

    /// <summary>The report's file.</summary>
    public string Location { get; private init; } = "";

    /// <summary>The model's name: that of its folder.</summary>
    public string ModelName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Model));

    /// <summary>All tokens.</summary>
    public ReportedSetting Full => Settings[0];

    /// <summary>Reads a report.</summary>
    /// <exception cref="UsageException">It is missing, cannot be read, or is no report of an evaluation.</exception>
    public static ReportedRun Read(string path)
    {
        try
        {
            var run = JsonSerializer.Deserialize<ReportedRun>(RegularFile.ReadAll(path, MostBytes), EvaluationJson.Strict);
            return run is { Settings: [{ Keep: null }, { }, ..], Questions: > 0, VisualTokens: > 0 }
                && run.Settings.Skip(1).All(setting => setting is { Keep: not null, Positions: not null, KeptTokens: > 0 })
                && run.Settings.All(setting => double.IsFinite(setting.Accuracy))
                ? run with { Location = path }
                : throw Throw.NoReport(path, "it has not the settings of an evaluation", null);
        }
        catch (FileNotFoundException)
        {
            throw Throw.MissingInputFile("--compare", path);
        }
        catch (IOException e)
        {
            throw Throw.UnreadableInputFile("--compare", path, e);
        }
        catch (JsonException e)
        {
            throw Throw.NoReport(path, e.Message.ReplaceLineEndings(" ").TrimEnd('.'), e);
        }
    }
}

/// <summary>One setting of a report.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Keep">The budget as it was typed; null = all tokens.</param>
/// <param name="KeptTokens">The budget in tokens.</param>
/// <param name="Positions">The position mode; null = all tokens.</param>
/// <param name="Accuracy">Mean score, 0 to 1.</param>
internal sealed record ReportedSetting(string Method, string? Keep, int KeptTokens, string? Positions, double Accuracy)
{
    /// <summary>Budget and positions: what is compared with each other.</summary>
    public (string? Keep, string? Positions) Place => (Keep, Positions);
}
