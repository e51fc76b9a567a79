using System.Text.Json;

namespace ZooPrune.Samples;

/// <summary>The result for machines to read.</summary>
internal static class EvaluationJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The report as JSON text, with a final newline.</summary>
    public static string Write(EvaluationResult result) => JsonSerializer.Serialize(
        new
        {
            result.Model,
            result.QuestionsFile,
            result.Images,
            result.Questions,
            result.Errors,
            result.Workers,
            MeanMilliseconds = new { result.Preprocess, result.Encode },
            Settings = result.Scores.Select(Row),
        },
        Options) + "\n";

    private static object Row(Score score) => new
    {
        Method = score.Setting.Candidate?.Name ?? "all tokens",
        Keep = score.Setting.Keep?.ToString(),
        Positions = score.Setting.Keep is null ? null : Names.Positions.NameOf(score.Setting.Positions),
        score.Accuracy,
        Interval = (double[])[score.Low, score.High],
        score.Kinds,
        MeanMilliseconds = new { score.Prune, score.Prefill, score.Decode },
    };
}
