using System.Text.Json.Serialization;

namespace ZooPrune.Samples;

/// <summary>Everything that was found, for machines to read.</summary>
internal static class JsonReport
{
    /// <summary>The report as JSON text, with a final newline.</summary>
    public static string Write(RunSettings settings, IReadOnlyList<QuestionResult> results, Summary full, Summary pruned) =>
        JsonText.Of(
            new Document(
                [.. results.Select(Row)],
                new Pair<double?>(full.Accuracy, pruned.Accuracy),
                new Pair<StageMilliseconds?>(full.Mean, pruned.Mean),
                results.Count,
                results.Count(result => result.Error is not null),
                settings.ModelFolder,
                settings.ImageFolder,
                settings.QuestionSource,
                settings.Method,
                settings.Keep,
                settings.Encoder,
                settings.Positions,
                settings.Notes)) + "\n";

    private static Answer Row(QuestionResult result) => new(
        result.Question.Image,
        result.Question.Text,
        result.Pruned.Text,
        result.Full.Text,
        result.Question.Expected,
        result.Question.Kind,
        result.Pruned.Kept,
        result.Pruned.Total,
        result.Pruned.KeptIndices,
        result.Pruned.Milliseconds,
        result.Full.Milliseconds,
        result.Error);

    private sealed record Document(
        IReadOnlyList<Answer> Answers,
        Pair<double?> Accuracy,
        Pair<StageMilliseconds?> MeanMilliseconds,
        int Questions,
        int Errors,
        string Model,
        string Images,
        string QuestionsFile,
        string Method,
        string Keep,
        string Encoder,
        string Positions,
        IReadOnlyList<string> Notes);

    /// <summary>One question: <c>answer</c>, <c>kept</c> and <c>milliseconds</c> are those of the pruned run.</summary>
    private sealed record Answer(
        string Image,
        string Question,
        [property: JsonPropertyName("answer")] string Pruned,
        [property: JsonPropertyName("answerFull")] string Full,
        string? Expected,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kind,
        int Kept,
        int Total,
        [property: JsonConverter(typeof(OneLineNumbers))] IReadOnlyList<int> KeptIndices,
        StageMilliseconds Milliseconds,
        StageMilliseconds MillisecondsFull,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

    private sealed record Pair<T>(T Full, T Pruned);
}

/// <summary>What a run was made with, as the report says it.</summary>
internal sealed record RunSettings(
    string ModelFolder,
    string ImageFolder,
    string QuestionSource,
    string Method,
    string Keep,
    string Encoder,
    string Positions,
    IReadOnlyList<string> Notes);
