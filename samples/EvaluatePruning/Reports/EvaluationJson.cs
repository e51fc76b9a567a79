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

    /// <summary>How what this program wrote is read again: nothing is missing and nothing is null.</summary>
    public static JsonSerializerOptions Strict { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The report as JSON text, with a final newline.</summary>
    public static string Write(EvaluationResult result) => JsonSerializer.Serialize(
        new
        {
            result.Run.Model,
            result.Run.VisualTokens,
            QuestionFiles = result.Run.Questions.Files,
            Format = QuestionFormats.Names.NameOf(result.Run.Questions.Format),
            Measure = result.Run.Measure.Name,
            Scoring = AnswerMeasure.Rules.NameOf(result.Run.Rule),
            result.Images,
            result.Questions,
            result.Errors,
            result.Run.Workers,
            MeanMilliseconds = new { result.Preprocess, result.Full.Cost.Encode },
            Settings = result.Scores.Select(score => Row(score, result.Run.VisualTokens)),
        },
        Options) + "\n";

    private static object Row(Score score, int visualTokens) => new
    {
        score.Setting.Method,
        Keep = score.Setting.Keep?.ToString(),
        KeptTokens = score.Setting.Keep?.Resolve(visualTokens) ?? visualTokens,
        Positions = score.Setting.Keep is null ? null : Names.Positions.NameOf(score.Setting.Positions),
        score.Setting.Seeds,
        ReadTokens = score.Cost.Tokens,
        Accuracy = score.Accuracy.Value,
        Interval = Ends(score.Accuracy),
        score.OtherAccuracy,
        KeptAccuracy = score.KeptAccuracy?.Value,
        KeptAccuracyInterval = Ends(score.KeptAccuracy),
        Agreement = score.Agreement.Value,
        AgreementInterval = Ends(score.Agreement),
        YesNo = score.YesNo.Total == 0 ? null : YesNo(score.YesNo),
        score.Kinds,
        MeanMilliseconds = new { score.Cost.Encode, score.Cost.Prune, score.Cost.Prefill, score.Cost.Decode },
    };

    private static object YesNo(YesNoCounts counts) =>
        new { Questions = Math.Round(counts.Total), counts.Precision, counts.Recall, counts.F1, counts.YesShare };

    private static double[]? Ends(Estimate? estimate) => estimate?.Interval is { } interval ? [interval.Low, interval.High] : null;
}
